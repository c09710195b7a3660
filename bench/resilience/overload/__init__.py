"""Overload test: latency, refusals and memory at a load above the capacity, and with hostile clients."""
