"""Read queries: scores and tenant settings."""
