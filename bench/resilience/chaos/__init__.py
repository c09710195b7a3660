"""Proof by breakage: under faults of every kind an acknowledged event is neither lost nor counted twice."""
