"""Tests of the embedded servers and the data folder."""
