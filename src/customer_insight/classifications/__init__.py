"""The schemes of the requirements, as data: what they read, their classes, and what to do about each class.

The requirements name the classes and print no threshold; every number is a default to be edited. The value
tiers (ANA-33) are `customer_insight.tiers.default_tier_scheme`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from customer_insight.classifications import (
    b2b,
    bank,
    development,
    relationship,
    satisfaction,
    trade,
    value_matrix,
)
from customer_insight.classifications.offered import Shipped

SHIPPED: Final[Mapping[str, Shipped]] = {
    shipped.code: shipped
    for shipped in (
        value_matrix.CORE_MATRIX,
        bank.BANK_VARIANT,
        trade.TRADE_STAGE,
        trade.TRADE_TIME,
        trade.TRADE_VOLUME,
        development.DEVELOPMENT,
        b2b.LADDER,
        b2b.B2B_CLASSES,
        relationship.RELATIONSHIP_SPACE,
        satisfaction.SATISFACTION_LEVEL,
    )
}
"""Code -> scheme, in the order of the requirements."""
