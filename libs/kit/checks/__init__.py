"""Checks of a deployment: each returns findings with advice and changes nothing that lasts."""
