"""Between the API's messages and the nouns of learning; the only rooms that name fields of both."""
