"""The best channel for a customer and for a segment, from how they responded and what a contact costs (ANA-73)."""

from customer_insight.profiles.best_channel.choose import (
    REACHABLE,
    SegmentChannel,
    best_channels,
    best_channels_of_segments,
    channel_scores,
)
from customer_insight.profiles.best_channel.model import (
    CONTACTS,
    ChannelModel,
    ChannelRate,
    SegmentRate,
    fit_channels,
)

__all__ = [
    "CONTACTS",
    "REACHABLE",
    "ChannelModel",
    "ChannelRate",
    "SegmentChannel",
    "SegmentRate",
    "best_channels",
    "best_channels_of_segments",
    "channel_scores",
    "fit_channels",
]
