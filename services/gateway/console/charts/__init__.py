"""Figures of the pages: a chart, the table with the same data, and its CSV file."""
