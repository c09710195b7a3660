"""Tests of registered evaluators."""
