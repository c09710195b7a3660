"""Reliability of models: error rates from the outcomes of calls, and the models that they exclude."""
