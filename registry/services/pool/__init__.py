"""The cultivation pool (培育库): firms taken in for a title, worked on, chased, re-assessed, and led to an outcome."""
