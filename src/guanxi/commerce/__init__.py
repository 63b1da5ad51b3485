"""Catalogue, orders and returns: what customers buy."""
