"""Reports of what an intake left out: the partial success of a request, and counts for the console."""
