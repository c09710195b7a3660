"""Attacks on learning by colluding raters, and falls of a model's quality."""
