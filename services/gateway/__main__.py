"""`python -m gateway`: runs the gateway until SIGTERM or SIGINT."""

if __name__ == "__main__":
    # Worker processes import this module under another name; they do not need the application.
    import sys

    import kit  # noqa: F401 - before gRPC, whose log level it sets
    from gateway.app import open_server
    from gateway.settings import GatewaySettings
    from kit.service import run

    sys.exit(run("gateway", GatewaySettings.from_env, open_server, lambda settings: settings.http.grace))
