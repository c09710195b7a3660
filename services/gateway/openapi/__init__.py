"""The OpenAPI document, generated from the route table and the descriptors of its messages."""
