"""Stores execution manifests and feedback, and serves statistics and privacy functions.

Guarantees: a response without an error means that the data is durable; a repeated request counts once; no tenant
sees rows of another tenant; and every change is queued for the learner in its own transaction.
"""
