"""What an experiment is and which variant a user sees: pure, and the same for services and clients.

`cases.json` holds test vectors for implementations in other languages.
"""
