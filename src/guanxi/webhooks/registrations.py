"""What webhooks offers to the other rooms through the registry."""

from __future__ import annotations

from guanxi.foundation.registry import JobKind, registry
from guanxi.webhooks.notices import NOTICE, run_notice


def fill() -> None:
    """Fill the registry."""
    registry.add(JobKind(NOTICE, run_notice))
