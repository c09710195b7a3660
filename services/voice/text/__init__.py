"""Text analysis: language, translation, sentiment, rating and categories."""
