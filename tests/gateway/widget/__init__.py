"""Tests of the feedback widget, in a browser over running services."""
