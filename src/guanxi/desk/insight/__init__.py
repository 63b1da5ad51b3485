"""The pages of what was found out: reports, lifetime value, movements between tiers."""
