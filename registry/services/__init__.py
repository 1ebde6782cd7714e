"""The use cases. Each takes a session first, checks rights and state, writes its audit event, never commits."""
