"""Read queries: outputs, feedback statistics and tenant statistics."""
