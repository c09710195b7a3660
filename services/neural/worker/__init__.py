"""Background tasks of neural."""
