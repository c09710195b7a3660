"""Local assignment of experiment variants and batched exposures."""
