"""The demonstration: a day of traffic of three tenants, sent through the public API."""
