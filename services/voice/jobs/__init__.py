"""The queue of voice jobs: state in PostgreSQL, stream in Redis, queries and retries."""
