"""Pictures of every page type at three widths, light and dark, in both languages: ``make screenshots``."""
