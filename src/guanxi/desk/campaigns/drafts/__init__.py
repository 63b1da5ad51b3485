"""The steps in which a plan is written."""
