"""Part of an experiment over all tenants that callers of one tenant may read.

They read the fields that the assignment of their own users needs. Names of other tenants, testers and measurements over
all tenants are for operators of all tenants.
"""

from __future__ import annotations

from dataclasses import replace

from splits.model import EVERY_TENANT, Experiment


def is_visible(experiment: Experiment, viewer: str) -> bool:
    """Returns whether a caller of the tenant `viewer` may read an experiment of its tenant or over all tenants.

    An experiment that covers other tenants only is not visible. EVERY_TENANT is the viewer of operators of all tenants.
    """
    tenants = experiment.targeting.tenant_ids
    return _is_complete(experiment, viewer) or not tenants or viewer in tenants


def visible_part(experiment: Experiment, viewer: str) -> Experiment:
    """Returns a visible experiment without testers, and without other tenants in its targeting.

    An experiment of one tenant is complete, and so is every experiment for operators of all tenants.
    """
    if _is_complete(experiment, viewer):
        return experiment
    own = experiment.targeting.tenant_ids & {viewer}
    return replace(experiment, targeting=replace(experiment.targeting, tenant_ids=own), forced={})


def _is_complete(experiment: Experiment, viewer: str) -> bool:
    return viewer == EVERY_TENANT or experiment.tenant_id != EVERY_TENANT
