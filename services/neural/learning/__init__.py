"""From work in the queue to scores, and from scores to the cache."""
