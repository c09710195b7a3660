"""Reports of items and attributes that are not stored: the partial success of a request, and counts for the console."""
