"""Load of the chaos test: clients of gRPC, REST and OTLP, their events and recordings."""
