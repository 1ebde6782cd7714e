"""One reader for each kind of file: from its bytes to sheets of verbatim text. Knows nothing of headers or records."""
