"""Redis: a cache and notifications, never the only copy of data."""
