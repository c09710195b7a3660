"""The feedback widget: a script for the pages of products, and a demonstration page."""
