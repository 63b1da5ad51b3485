"""Which sign of leaving was right: each against what customers did afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import narwhals as nw
import numpy as np

from customer_insight.leaving.overdue import FEWEST_PURCHASES, overdue
from customer_insight.leaving.ranking import auc
from customer_insight.lifetime import PurchaseModel, fit_lifetime, purchase_histories
from customer_insight.lifetime.engine import columns_of
from customer_insight.lifetime.holdout import with_later_days
from customer_insight.measurement import Estimate
from customer_insight.tables import Table
from customer_insight.uplift.sample import is_drawn


@dataclass(frozen=True, slots=True)
class SignsOfLeaving:
    """AUC of every sign for "bought nothing in the holdout", over the same customers.

    ``recency`` ranks by days since the last purchase, ``p_alive`` by 1 - P(alive) of ``model``, ``expected`` by its
    expected purchases in the holdout, fewest first; ``overdue_ratio`` and ``gap_chance`` (1 less it) are None where
    customers without a cycle of their own are among them.
    """

    customers: int
    silent: int
    recency: Estimate
    p_alive: Estimate
    expected: Estimate
    overdue_ratio: Estimate | None
    gap_chance: Estimate | None


@dataclass(frozen=True, slots=True)
class OverdueCheck:
    """The signs over ``everybody``, and over those with a cycle of their own, ``regulars``."""

    calibration_end: int
    holdout_end: int
    model: str
    drawn_from: int
    everybody: SignsOfLeaving
    regulars: SignsOfLeaving

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


def check_overdue(
    order_lines: Table,
    *,
    calibration_end: int,
    holdout_end: int,
    model: PurchaseModel | None = None,
    least_purchases: int = FEWEST_PURCHASES,
    size: int = 200_000,
    seed: int = 1,
) -> OverdueCheck:
    """Take the signs on day ``calibration_end`` and look who bought until ``holdout_end`` (ANA-59).

    Customers are those with a purchase day by calibration_end, about ``size`` of them drawn by customer_id and
    ``seed`` where there are more; purchases of the holdout are days with positive net sales in (calibration_end,
    holdout_end]. ``model`` is `fit_lifetime` of the calibration unless given. To have bought nothing in the holdout
    is not quite to have left: slow buyers are among them, and the P(alive) of BG/NBD, which is 1 for everybody who
    bought once, ranks them last. Raises ValueError when the holdout is empty, TableError
    as `fit_lifetime`.
    """
    if holdout_end <= calibration_end:
        raise ValueError(f"holdout_end {holdout_end} must lie after calibration_end {calibration_end}")
    histories = purchase_histories(order_lines, as_of=calibration_end)
    if model is None:
        model = fit_lifetime(histories, as_of=calibration_end)
    signs = nw.from_native(
        overdue(order_lines, as_of=calibration_end, least_purchases=least_purchases)
    ).lazy()
    later = with_later_days(order_lines, histories, calibration_end, holdout_end)
    joined = later.join(
        signs.select("customer_id", "days_since", "overdue_ratio", "gap_chance"),
        on="customer_id",
        how="inner",
    )
    everybody = int(joined.select(nw.len()).collect().row(0)[0])
    drawn = joined if everybody <= size else joined.filter(is_drawn(size / everybody, seed=seed))
    rows = columns_of(
        drawn, ("x", "first_day", "last_day", "actual", "days_since", "overdue_ratio", "gap_chance")
    )
    numbers = {name: np.asarray(values, np.float64) for name, values in rows.items()}
    history = (
        numbers["x"],
        (numbers["last_day"] - numbers["first_day"]) / model.unit_days,
        (calibration_end - numbers["first_day"]) / model.unit_days,
    )
    numbers["p_alive"] = np.asarray(model.p_alive(*history))
    ahead = (holdout_end - calibration_end) / model.unit_days
    numbers["expected"] = np.asarray(model.expected_purchases(ahead, *history))
    has_cycle = ~np.isnan(numbers["overdue_ratio"])
    return OverdueCheck(
        calibration_end, holdout_end, model.name, everybody,
        everybody=_signs(numbers, np.ones_like(has_cycle)),
        regulars=_signs(numbers, has_cycle),
    )  # fmt: skip


def _signs(numbers: dict[str, Any], some: Any) -> SignsOfLeaving:
    part = {name: values[some] for name, values in numbers.items()}
    gone = (part["actual"] == 0).astype(np.int64)
    cycles = not np.isnan(part["overdue_ratio"]).any()
    return SignsOfLeaving(
        customers=len(gone),
        silent=int(gone.sum()),
        recency=auc(part["days_since"], gone),
        p_alive=auc(-part["p_alive"], gone),
        expected=auc(-part["expected"], gone),
        overdue_ratio=auc(part["overdue_ratio"], gone) if cycles else None,
        gap_chance=auc(-part["gap_chance"], gone) if cycles else None,
    )
