"""All pages of the console, in the order of the navigation bar."""

from gateway.console.pages import (
    aliases,
    audit,
    learning,
    models,
    overview,
    privacy,
    recommendations,
    telemetry,
    trust,
    voice,
)
from gateway.console.pages.experiments import EXPERIMENT_PAGES
from gateway.console.pages.feedback import FEEDBACK_PAGES

PAGES = (
    overview.PAGE,
    models.PAGE,
    aliases.PAGE,
    recommendations.PAGE,
    *FEEDBACK_PAGES,
    *EXPERIMENT_PAGES,
    trust.PAGE,
    voice.PAGE,
    telemetry.PAGE,
    learning.PAGE,
    privacy.PAGE,
    audit.PAGE,
)
