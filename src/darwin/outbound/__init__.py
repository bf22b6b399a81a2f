"""The one gateway for whatever leaves the house: calls, letters, e-mails, texts; who may be reached how."""
