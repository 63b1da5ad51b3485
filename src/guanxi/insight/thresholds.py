"""Where classes begin: bill bands and value tiers, as the business sets them. A run keeps those it used."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.bands import BILL_BANDS, Bands
from customer_insight.schemes import Scheme
from customer_insight.tiers import default_tier_scheme
from guanxi.foundation import configuration
from guanxi.foundation.configuration import require_whole, with_defaults
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import base_currency, minor_units
from guanxi.insight.models import InsightRun

SETTING: Final = "class_thresholds"
LAYERS: Final = 5
MOST_BANDS: Final = 20
DEFAULT: dict[str, Any] = {
    "bill_bands": [bound // BILL_BANDS.minor_per_unit for bound in BILL_BANDS.upper_bounds],
    "top_layer": 1,
    "growth_layer": 2,
    "high_potential_layer": 2,
}


@dataclass(frozen=True)
class Thresholds:
    """Upper bounds of the bill bands in whole money (ANA-27), and the layers of five that make MVC and MGC (ANA-33)."""

    bill_bands: list[int]
    top_layer: int
    growth_layer: int
    high_potential_layer: int

    def __post_init__(self) -> None:
        """Raise DomainError, naming the value, where a threshold makes no sense."""
        if not isinstance(self.bill_bands, list) or not 1 <= len(self.bill_bands) <= MOST_BANDS:
            raise DomainError(
                _("bill_bands is a list of 1 to %(most)s whole amounts.") % {"most": MOST_BANDS}
            )
        for bound in self.bill_bands:
            require_whole(bound, "bill_bands", 1, 10**12)
        if any(high <= low for low, high in pairwise(self.bill_bands)):
            raise DomainError(_("bill_bands must rise, such as %(example)s.") % {"example": "[50, 100, 200]"})
        require_whole(self.top_layer, "top_layer", 1, LAYERS - 1)
        require_whole(self.growth_layer, "growth_layer", self.top_layer + 1, LAYERS)
        require_whole(self.high_potential_layer, "high_potential_layer", 1, LAYERS)

    @property
    def bands(self) -> Bands:
        """The bill bands in the base currency; a retailer's bill is the average transaction."""
        units = minor_units(base_currency())
        return Bands(upper_bounds=tuple(bound * units for bound in self.bill_bands), minor_per_unit=units)

    @property
    def tier_scheme(self) -> Scheme:
        """The value tiers."""
        return default_tier_scheme(
            top_layer=self.top_layer,
            growth_layer=self.growth_layer,
            high_potential_layer=self.high_potential_layer,
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_thresholds() -> Thresholds:
    """The thresholds that the next run uses."""
    return parse_thresholds(configuration.read(SETTING))


def thresholds_of(run: InsightRun | None) -> Thresholds:
    """The thresholds that a run used."""
    return parse_thresholds(run.thresholds if run else {})


def parse_thresholds(given: Any) -> Thresholds:
    """The thresholds of a stored value. Raises DomainError for impossible ones."""
    return Thresholds(**with_defaults(SETTING, given, DEFAULT))
