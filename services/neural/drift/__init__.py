"""Detection of shifts in a model's quality."""
