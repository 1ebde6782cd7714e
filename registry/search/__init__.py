"""Finding things: one planner, engines behind one small interface."""
