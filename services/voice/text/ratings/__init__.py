"""Ratings that a text states in numbers, stars or emoji."""
