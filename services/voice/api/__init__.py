"""gRPC servicer of VoiceService."""
