"""The pages, in the order of the navigation."""

from gateway.console.pages import (
    audit,
    experiments,
    feedback,
    learning,
    models,
    overview,
    privacy,
    recommendations,
    trust,
    voice,
)

PAGES = (
    overview.PAGE,
    models.PAGE,
    recommendations.PAGE,
    feedback.PAGE,
    feedback.OUTPUT,
    *experiments.PAGES,
    trust.PAGE,
    voice.PAGE,
    learning.PAGE,
    privacy.PAGE,
    audit.PAGE,
)
