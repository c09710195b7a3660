"""The HTTP server: application, middleware, decoding, answers and errors."""
