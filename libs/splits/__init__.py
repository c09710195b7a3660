"""Experiments and the assignment of users to variants: pure functions that services and clients share.

`cases.json` contains test vectors for implementations in other languages.
"""
