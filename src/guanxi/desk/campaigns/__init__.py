"""The pages of campaigns: list, calendar, live run, results."""
