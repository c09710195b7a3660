"""Results of experiments: outcomes, reports and interim results."""
