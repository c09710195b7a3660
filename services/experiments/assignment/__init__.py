"""Assignment of users to variants of running experiments."""
