"""Other names of models and of outputs, and the feedback that waits for its output."""
