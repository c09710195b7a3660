"""The nightly run and what it fits, finds and forgets."""
