"""Tests of users who are forgotten, on the side of learning."""
