"""The domain of the registry: what is kept, which rules hold, what may be done. Knows no web framework."""
