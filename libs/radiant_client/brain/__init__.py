"""Choice of a model without a call: local table, blending of scores and decisions."""
