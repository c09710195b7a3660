"""Statistics of experiments. Functions take sums over users, which can be updated, never single outcomes."""
