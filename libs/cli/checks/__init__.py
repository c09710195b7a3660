"""The checks of `radiant doctor`."""
