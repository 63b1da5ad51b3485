"""Interactions: every touch with a customer that another system kept, in or out."""
