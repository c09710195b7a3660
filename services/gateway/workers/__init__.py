"""Worker threads and processes that parse and convert bodies, so that large bodies do not delay the event loop."""
