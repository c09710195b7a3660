"""The queue of voice jobs: storage, stream, queries and retries."""
