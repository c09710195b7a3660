"""Redis: a cache and a wake-up, never the truth."""
