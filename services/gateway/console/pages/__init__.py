"""The pages, in the order of the navigation."""

from gateway.console.pages import models, overview, recommendations

PAGES = (overview.PAGE, models.PAGE, recommendations.PAGE)
