"""gRPC servicers of RecommendService and LearningService."""
