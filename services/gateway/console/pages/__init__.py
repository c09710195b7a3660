"""The pages, in the order of the navigation."""

from gateway.console.pages import experiments, learning, models, overview, recommendations, trust

PAGES = (overview.PAGE, models.PAGE, recommendations.PAGE, *experiments.PAGES, trust.PAGE, learning.PAGE)
