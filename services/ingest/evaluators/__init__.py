"""Registered evaluators: programs that submit explicit feedback."""
