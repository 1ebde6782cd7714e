"""What goes in and out of the use cases: validated input models and complete read models."""
