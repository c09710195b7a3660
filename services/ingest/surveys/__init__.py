"""Survey prompts: whether the widget asks a user for feedback."""
