"""Fuzzing: random requests to every RPC, found by the descriptors, and random bytes to every parser."""
