"""Boards: published scores, their storage, cache and change notifications."""
