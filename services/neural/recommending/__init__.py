"""From boards to a chosen model."""
