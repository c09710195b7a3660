"""Sign-in, the session cookie and the protection of forms against cross-site requests."""
