"""Background work: workers that process jobs, the sweeper, and maintenance."""
