"""What happens beyond capacity: what is taken is served in time, the rest is refused clearly, nothing grows."""
