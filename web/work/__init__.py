"""Where officials work. Every page asks who is there; the services decide what they may see and do."""
