"""Experiment pages: list, creation of drafts, sample size calculator and details."""

from gateway.console.pages.experiments import detail, draft, index, sample_size

# The router takes the first match: fixed paths come before the path with an experiment ID.
EXPERIMENT_PAGES = (index.PAGE, draft.PAGE, sample_size.PAGE, detail.PAGE)
