"""Printed documents as PDF: content is plain data, set by Typst in a process of its own. Needs the extra ``pdf``."""
