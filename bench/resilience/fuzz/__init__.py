"""Fuzzing: random requests to every RPC of the descriptors, and random bytes to every parser."""
