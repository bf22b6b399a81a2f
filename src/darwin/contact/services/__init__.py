"""The writes of the contact room: each one transaction, its rows and one ledger entry."""
