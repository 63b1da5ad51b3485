"""Staying true: what customers looked like at the fit, whether they still do, and the card that keeps both."""

from customer_insight.drift.baseline import Baseline, Bins, fit_baseline
from customer_insight.drift.card import LearnedCard, uplift_card
from customer_insight.drift.stability import REFIT, WATCH, ColumnDrift, DriftReport, drift

__all__ = [
    "REFIT",
    "WATCH",
    "Baseline",
    "Bins",
    "ColumnDrift",
    "DriftReport",
    "LearnedCard",
    "drift",
    "fit_baseline",
    "uplift_card",
]
