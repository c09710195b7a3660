"""The replay benchmark: recorded outcomes streamed through the learning and recommending arithmetic."""
