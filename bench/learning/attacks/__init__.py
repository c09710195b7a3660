"""Disturbances of learning: colluding raters, and drops of a model's quality."""
