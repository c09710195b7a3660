"""How fast all scores are made anew from the raw rows."""
