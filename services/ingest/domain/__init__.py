"""Rules and types of intake, without input or output."""
