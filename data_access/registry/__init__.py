"""The registry: organizations, accounts, agreements, identities, batches, decisions, publications, the ledger."""
