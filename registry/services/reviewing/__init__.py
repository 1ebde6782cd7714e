"""What officials do with what firms send: reading a case, deciding field by field, returning, passing on, approving."""
