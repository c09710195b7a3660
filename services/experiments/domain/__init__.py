"""Rules and types of experiments, without input or output."""
