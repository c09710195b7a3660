"""Clients of the gRPC services: one class per service, and the signal stream."""
