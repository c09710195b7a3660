"""Between the API's messages and the nouns of intake; the only rooms that name fields of both."""
