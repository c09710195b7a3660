"""gRPC: servers, identity, errors on the wire, pages."""
