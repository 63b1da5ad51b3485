"""How good the lists were: made on the past, compared with what was bought after it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np

from customer_insight.lifetime.engine import table_like
from customer_insight.next_products.chance import with_chance
from customer_insight.next_products.held import bought_between, bought_lines, held_products, kept
from customer_insight.next_products.lists import again_list, most_bought, new_list, popular_list
from customer_insight.next_products.model import NextProductModel, fit_next_products, priced
from customer_insight.next_products.settings import NextProductSettings
from customer_insight.tables import TableError

LENGTHS: Final = (5, 10)
_PAIR: Final = ["customer_id", "product_id"]
_DEFAULT = NextProductSettings()


@dataclass(frozen=True, slots=True)
class ListScore:
    """A list of length ``length`` against what its ``customers`` bought of it within the horizon.

    Means over customers who bought something to find. ``recall``: hits / min(length, products to find); ``found``:
    hits / products to find; ``ndcg``: sum over hits of 1 / log2(1 + place), over its value for the best list
    (Jarvelin and Kekalainen 2002); ``hit_rate``: share with a hit.
    """

    list: str
    length: int
    customers: int
    recall: float
    found: float
    ndcg: float
    hit_rate: float


@dataclass(frozen=True, slots=True)
class ChanceRow:
    """Pairs whose probability lies in a tenth of 0 to 1 (``tenth`` 0 to 9): how many, predicted and bought share."""

    list: str
    tenth: int
    pairs: int
    predicted: float
    bought: float


@dataclass(frozen=True, slots=True)
class NextProductBacktest:
    """Lists of day ``calibration_end`` against the purchases of (calibration_end, holdout_end]."""

    calibration_end: int
    holdout_end: int
    scores: tuple[ListScore, ...]
    calibration: tuple[ChanceRow, ...]

    def score(self, name: str, length: int) -> ListScore:
        """That of one list; KeyError where there is none."""
        for each in self.scores:
            if (each.list, each.length) == (name, length):
                return each
        raise KeyError((name, length))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "calibration_end": self.calibration_end,
            "holdout_end": self.holdout_end,
            "scores": [asdict(each) for each in self.scores],
            "calibration": [asdict(each) for each in self.calibration],
        }


def backtest_next_products(
    order_lines: Any,
    *,
    calibration_end: int,
    settings: NextProductSettings = _DEFAULT,
    model: NextProductModel | None = None,
) -> NextProductBacktest:
    """Fit until ``calibration_end``, make the lists of that day, look at the ``horizon_days`` after it.

    "again" is judged by everything that its customers bought, "new" and "popular" (the most bought products that a
    customer never bought, what any list of new products has to beat) by first purchases. Customers are those with a
    purchase by calibration_end who bought something to find. A ``model`` given is tested as it is. Raises TableError
    where nobody bought on both sides of the split, or for a missing or mistyped column.
    """
    model = model or fit_next_products(
        order_lines, as_of=calibration_end, settings=settings, listed=max(LENGTHS)
    )
    settings, count = model.settings, max(LENGTHS)
    lines = bought_lines(order_lines)
    end = calibration_end + settings.horizon_days
    held = kept(held_products(lines, as_of=calibration_end, half_life_days=settings.half_life_days))
    customers = kept(held.select("customer_id").unique())
    later = bought_between(lines, after=calibration_end, until=end)
    later = kept(later.join(customers, on="customer_id", how="semi"))
    first = kept(later.join(held, on=_PAIR, how="anti"))
    again = kept(with_chance(again_list(held, count=count), model.again))
    new = kept(priced(new_list(held, settings, count=count), model))
    buyers = kept(first.select("customer_id").unique())
    popular = kept(popular_list(buyers, held, most_bought(held, settings), count=count))
    lists = (("again", again, later), ("new", new, first), ("popular", popular, first))
    scores = tuple(_score(name, rows, truth, k) for name, rows, truth in lists for k in LENGTHS)
    calibration = (*_calibration("again", again, later), *_calibration("new", new, first))
    return NextProductBacktest(calibration_end, end, scores, calibration)


def _score(name: str, rows: nw.LazyFrame[Any], truth: nw.LazyFrame[Any], length: int) -> ListScore:
    """One row per customer in the engine, then their means."""
    gains = 1.0 / np.log2(np.arange(2, length + 2))
    steps = table_like({"place": np.arange(1, length + 1), "gain": gains, "ideal": np.cumsum(gains)}, truth)
    wanted = truth.group_by("customer_id").agg(nw.len().alias("wanted"))
    top = rows.filter(nw.col("place") <= length).select(*_PAIR, "place").join(truth, on=_PAIR, how="inner")
    hits = top.join(steps.select("place", "gain"), on="place")
    hits = hits.group_by("customer_id").agg(nw.len().alias("hits"), nw.col("gain").sum())
    capped = nw.when(nw.col("wanted") < length).then(nw.col("wanted")).otherwise(nw.lit(length))
    each = wanted.join(hits, on="customer_id", how="left").with_columns(place=capped.cast(nw.Int64))
    each = each.join(steps.select("place", "ideal"), on="place")
    hit, gain = nw.col("hits").fill_null(0), nw.col("gain").fill_null(0.0)
    some = nw.when(hit > 0).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    row = each.select(
        recall=hit / nw.col("place"), found=hit / nw.col("wanted"), ndcg=gain / nw.col("ideal"), some=some
    )
    means = [nw.col(column).mean() for column in ("recall", "found", "ndcg", "some")]
    got = row.select(nw.len().alias("customers"), *means).collect().row(0)
    if not got[0]:
        raise TableError(
            f"table 'order_lines': nobody bought anything for the list {name!r} to find; take another day"
        )
    return ListScore(name, length, int(got[0]), *(float(value) for value in got[1:]))


def _calibration(name: str, rows: nw.LazyFrame[Any], truth: nw.LazyFrame[Any]) -> tuple[ChanceRow, ...]:
    known = rows.filter(~nw.col("probability").is_null()).select(*_PAIR, "probability")
    found = known.join(truth.with_columns(found=nw.lit(1.0)), on=_PAIR, how="left")
    tenth = (nw.col("probability") * 10).floor().cast(nw.Int64)
    capped = nw.when(tenth > 9).then(nw.lit(9)).otherwise(tenth).cast(nw.Int64)
    flagged = found.select("probability", tenth=capped, found=nw.col("found").fill_null(0.0))
    sums = flagged.group_by("tenth").agg(
        nw.len().alias("pairs"), nw.col("probability").mean(), nw.col("found").mean()
    )
    wanted = sums.select("tenth", "pairs", "probability", "found").collect().rows()
    return tuple(ChanceRow(name, int(t), int(n), float(p), float(b)) for t, n, p, b in sorted(wanted))
