"""Statistics of experiments. Functions take sums over users, which can be updated, never single outcomes.

Functions import numpy, scipy and statsmodels themselves. The import takes over a second and 100 MB, and a process that
only assigns variants needs none of it.
"""
