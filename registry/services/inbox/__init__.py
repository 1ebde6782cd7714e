"""What waits for officials (收件): one row a matter, opened and closed by whoever acts on the matter."""
