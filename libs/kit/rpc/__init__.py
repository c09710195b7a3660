"""gRPC: servers, authentication, statuses and paging."""
