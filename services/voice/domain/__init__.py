"""Types and ports of voice feedback, without dependencies on the voice extra."""
