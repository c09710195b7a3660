"""The most expensive request of each RPC within the size limit: time and memory of its parse and validation."""
