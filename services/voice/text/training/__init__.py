"""How the heads learned what opinions are: labelled phrases, and the fit. Needed for making them, not for using them."""
