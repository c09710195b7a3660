"""Between the API's messages and the nouns of experiments; the only rooms that name fields of both."""
