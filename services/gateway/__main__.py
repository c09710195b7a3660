"""`python -m gateway`: runs the gateway until SIGTERM or SIGINT."""

if __name__ == "__main__":
    # Worker processes import this module under another name; they do not need the application.
    import sys
    from collections.abc import AsyncIterator

    import kit.service
    from gateway.app import open_server
    from gateway.settings import GatewaySettings
    from kit.checks.finding import Finding

    def checks(settings: GatewaySettings, is_production: bool) -> AsyncIterator[Finding]:
        """Returns the checks of the gateway, for `python -m gateway --check`."""
        from gateway.checks.findings import gateway_findings

        return gateway_findings(settings, is_production)

    code = kit.service.run(
        "gateway",
        GatewaySettings.from_env,
        open_server,
        lambda settings: settings.http.grace,
        checks=checks,
        arguments=sys.argv[1:],
    )
    sys.exit(code)
