"""Preferences from sequences of usage events, customers with the same pattern, and what to offer them (ANA-71)."""

from customer_insight.profiles.usage.offers import pattern_offers
from customer_insight.profiles.usage.patterns import PATTERN, similar_customers, usage_patterns
from customer_insight.profiles.usage.preferences import HOUR_BANDS, USAGE, usage_preferences

__all__ = [
    "HOUR_BANDS",
    "PATTERN",
    "USAGE",
    "pattern_offers",
    "similar_customers",
    "usage_patterns",
    "usage_preferences",
]
