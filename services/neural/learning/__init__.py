"""Learning: from queued units to contributions and cells."""
