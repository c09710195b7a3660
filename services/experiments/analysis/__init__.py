"""Statistics of experiments. Functions take sums over users, not single outcomes.

Functions import numpy, scipy and statsmodels themselves. The import takes over a second and 100 MB, and a process that
only assigns variants does not need them.
"""
