"""From words to meaning: language, translation, sentiment, rating and categories."""
