"""Those who listen: they take jobs, hear them, and keep what was heard; `python -m voice.worker` is one of them."""
