"""Trust: the weight of raters and of groups of raters, computed from their votes."""
