"""OpenTelemetry intake (OTLP over gRPC and HTTP): GenAI spans become manifests, evaluations become feedback."""
