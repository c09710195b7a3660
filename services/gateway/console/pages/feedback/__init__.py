"""Feedback pages: list of outputs, and one output with its feedback and recordings."""

from gateway.console.pages.feedback import output, outputs

FEEDBACK_PAGES = (outputs.PAGE, output.PAGE)
