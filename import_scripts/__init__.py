"""Reading files that authorities publish, and the commands that bring them in."""
