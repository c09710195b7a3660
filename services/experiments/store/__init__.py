"""Storage that all features share: experiments, transactions, idempotent changes and the audit log."""
