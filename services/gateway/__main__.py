"""`python -m gateway`: runs the gateway until SIGTERM or SIGINT."""

if __name__ == "__main__":
    # Worker processes import this module under another name; they do not need the application.
    import sys

    import kit.service
    from gateway.app import open_server
    from gateway.settings import GatewaySettings

    sys.exit(kit.service.run("gateway", GatewaySettings.from_env, open_server, lambda settings: settings.http.grace))
