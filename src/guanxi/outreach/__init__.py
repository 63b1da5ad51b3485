"""Contact gate, channels and send ledger: the one way out to a customer."""
