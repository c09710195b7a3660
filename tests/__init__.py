"""The suite's tests, one folder a room."""
