"""Voice feedback: uploads of recordings and their durable storage."""
