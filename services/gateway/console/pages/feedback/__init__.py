"""Feedback pages: list of outputs, one output with its feedback and recordings, and feedback without a manifest."""

from gateway.console.pages.feedback import output, outputs, unmatched

FEEDBACK_PAGES = (outputs.PAGE, output.PAGE, unmatched.PAGE)
