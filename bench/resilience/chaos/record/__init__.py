"""Record of what clients sent and received, and its comparison with the database and the object store."""
