"""Storage of exposures: the first time that a user saw a variant."""
