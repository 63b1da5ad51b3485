"""The analyses on offer, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from guanxi.insight.analyses import (
    candidates,
    changes,
    classes,
    cohorts,
    concentration,
    cross_sell,
    cube,
    decliners,
    leaving,
    look_alikes,
    loyalty_benefit,
    needs,
    next_products,
    overdue,
    profile,
    profit,
    referrals,
    relationship,
    rfm,
    satisfaction,
    segments,
    share_of_customer,
    similar_usage,
    single_indicator,
    up_sell,
    variables,
)
from guanxi.insight.analyses.definition import Analysis

GROUPS: Final[Mapping[str, Promise]] = {
    "structure": gettext_lazy("How the base is made up"),
    "classes": gettext_lazy("Classes and scores"),
    "leaving": gettext_lazy("Who leaves and who declines"),
    "next": gettext_lazy("What they buy next"),
    "profiles": gettext_lazy("Who they are"),
    "effects": gettext_lazy("What contacts achieve"),
    "models": gettext_lazy("Staying true"),
}
"""Code of a group to its heading."""

ANALYSES: Final[dict[str, Analysis]] = {
    analysis.code: analysis
    for analysis in (
        rfm.RFM,
        cube.CUBE,
        segments.SEGMENTS,
        single_indicator.INDICATOR,
        concentration.CONCENTRATION,
        profit.PROFIT_EXPLAINED,
        classes.CLASSES,
        variables.VARIABLES,
        share_of_customer.SHARE_OF_CUSTOMER,
        relationship.RELATIONSHIP,
        satisfaction.SATISFACTION,
        cohorts.RETENTION,
        cohorts.SECOND_PURCHASE,
        leaving.LEAVING,
        overdue.OVERDUE,
        decliners.DECLINERS,
        next_products.NEXT_PRODUCTS,
        candidates.CANDIDATES,
        cross_sell.CROSS_SELL,
        up_sell.UP_SELL,
        profile.PROFILE,
        look_alikes.LOOK_ALIKES,
        needs.NEEDS,
        similar_usage.SIMILAR_USAGE,
        referrals.REFERRALS,
        loyalty_benefit.LOYALTY_BENEFIT,
        changes.DRIFT,
        changes.HISTORY,
    )
}
"""Code to analysis; rooms above add theirs when the application starts."""


def offer(*analyses: Analysis) -> None:
    """Add analyses of another room."""
    ANALYSES.update({analysis.code: analysis for analysis in analyses})
