"""What the outcomes say. Every function takes sums that can be kept up to date, never single outcomes."""
