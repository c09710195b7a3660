"""How the heads learned what opinions are: phrases with labels, and the fit. The services run without it."""
