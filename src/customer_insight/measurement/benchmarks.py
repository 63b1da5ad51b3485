"""Response rates a reader may expect, by who starts the contact and whether it is interactive (CAMP-29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Quadrant: TypeAlias = Literal["traditional", "informational", "differentiated", "relationship"]
Initiator: TypeAlias = Literal["outbound", "inbound"]
Interactivity: TypeAlias = Literal["passive", "interactive"]
Band: TypeAlias = Literal["below", "in", "above"]

RESPONSE_BANDS: Final[Mapping[Quadrant, tuple[float, float]]] = {
    "traditional": (0.02, 0.05),  # BEN-06
    "informational": (0.01, 0.03),  # BEN-07
    "differentiated": (0.06, 0.15),  # BEN-08
    "relationship": (0.18, 0.30),  # BEN-09
}
"""Response rates as shares, both ends included."""

_QUADRANTS: Final[Mapping[tuple[str, str], Quadrant]] = {
    ("outbound", "passive"): "traditional",
    ("inbound", "passive"): "informational",
    ("outbound", "interactive"): "differentiated",
    ("inbound", "interactive"): "relationship",
}


def quadrant(initiator: Initiator, interactivity: Interactivity) -> Quadrant:
    """The communication strategy of an activity (CAMP-29); KeyError for any other word.

    >>> quadrant("outbound", "interactive")
    'differentiated'
    """
    return _QUADRANTS[initiator, interactivity]


def response_band(rate: float, quadrant: Quadrant) -> Band:
    """Where a response rate (a share) stands against the band of its quadrant (BEN-06 to BEN-09).

    >>> response_band(0.05, "traditional"), response_band(0.05, "differentiated")
    ('in', 'below')
    """
    low, high = RESPONSE_BANDS[quadrant]
    return "below" if rate < low else "above" if rate > high else "in"
