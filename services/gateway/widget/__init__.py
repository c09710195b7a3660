"""The feedback widget: one script that products put on their pages, and a page that shows it."""
