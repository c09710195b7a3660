"""The HTTP server: application, middleware, request bodies, JSON responses and errors."""
