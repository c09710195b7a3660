"""The gRPC servicers of ingest."""
