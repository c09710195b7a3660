"""The `radiant` command: starts, stops, checks and migrates the suite on one machine."""
