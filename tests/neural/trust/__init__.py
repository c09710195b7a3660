"""Trust of raters: the arithmetic, its effect on scores, and what operators may do."""
