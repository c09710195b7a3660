"""Authentication of callers by tokens or certificates, and access rules of methods."""
