"""Assignment of users to variants and its storage."""
