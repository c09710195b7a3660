"""Access to the database that several features share: roles, versions of the scores, locks, bulk statements."""
