"""Reference rows that ship with the code: directories and chains, as data."""
