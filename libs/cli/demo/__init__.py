"""The demonstration: a day of traffic of three tenants, played through the public API."""
