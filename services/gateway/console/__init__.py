"""Web console: pages for admins, experts and operators. Every number comes from a call to a service."""
