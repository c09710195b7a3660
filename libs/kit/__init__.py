"""Modules that several services share."""

import os

# gRPC reads the level when it is imported, which all services do after kit. At its default level it writes a line for
# each failed TLS handshake, so that any peer could fill the log.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
