"""Trust of raters: periodic rounds and pinned values."""
