"""Replica, indicators, models and schemes: the only room that publishes measures."""
