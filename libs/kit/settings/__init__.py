"""Settings from environment variables and one optional YAML file."""
