"""Bulk files (整库文件): everything public, once a night, as files with a manifest that says what is in them."""
