"""The gateway: a REST API, an OpenTelemetry intake, a web console and a feedback widget over the gRPC services.

It stores no data. `routes` maps HTTP requests to gRPC calls, and the services authenticate the caller and validate
the request. Errors are returned as problem documents (RFC 9457). `openapi` describes the REST API.
"""
