"""Types and ports of voice feedback."""
