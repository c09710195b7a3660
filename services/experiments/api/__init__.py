"""The gRPC servicers of ExperimentService."""
