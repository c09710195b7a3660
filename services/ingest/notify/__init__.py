"""Redis notifications for the learner and the voice workers."""
