"""The gRPC servicer of VoiceService."""
