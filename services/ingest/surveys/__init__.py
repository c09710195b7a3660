"""Survey prompts: decisions whether the widget prompts a user for feedback."""
