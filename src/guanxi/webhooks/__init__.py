"""Telling other systems what happened here: endpoints, signed deliveries, their log."""
