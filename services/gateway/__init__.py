"""The gateway: REST for browsers and scripts over the suite's gRPC services.

It keeps nothing and decides nothing: `routes` says which call answers which request, the services judge caller and
message, and every refusal becomes a problem document. `openapi` describes the same table.
"""
