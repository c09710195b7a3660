"""Trust in raters: rounds and pinned values."""
