"""Read queries for the API: scores, learning status, trust scores and tenant settings."""
