"""gRPC interface of experiments."""
