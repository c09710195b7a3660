"""OpenTelemetry intake: spans of generative AI become manifests, evaluations become explicit feedback."""
