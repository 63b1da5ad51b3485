"""Guanxi: an insight-driven, one-to-one CRM."""
