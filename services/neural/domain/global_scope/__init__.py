"""Release of global scores with limits and noise."""
