"""Model choice in the client: local table, blending and decisions."""
