"""Parties, facts, identity, consent and imports: who the customers are."""
