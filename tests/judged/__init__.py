"""Judged queries over an invented world of firms: every class of what people type, and what they must get."""
