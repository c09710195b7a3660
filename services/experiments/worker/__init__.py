"""Background tasks: rollout steps and table maintenance."""
