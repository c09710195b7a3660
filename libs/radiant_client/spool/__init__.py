"""Offline spool: writes that wait on disk until the service acknowledges them."""
