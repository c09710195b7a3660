"""Training of the classification heads on labelled phrases. The services do not import it."""
