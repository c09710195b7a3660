"""Durable writes of manifests, feedback and signals."""
