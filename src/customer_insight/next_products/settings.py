"""What is chosen before anything is counted: how fast purchases fade, how far ahead, and the bounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NextProductSettings:
    """``half_life_days``: a purchase so long ago counts half. ``horizon_days``: probabilities are of a purchase
    within so many days after ``as_of``. The others bound work and memory:

    - ``products_per_customer``: only a customer's strongest products count towards co-purchase; pairs of products
      from one customer are at most this squared, halved, however much one key bought;
    - ``seeds``: of those, so many speak for new products; ``neighbours``: each for at most so many;
    - ``catalogue``: co-purchase knows at most so many products, those with most buyers (ties: least product_id);
    - ``least_buyers``, ``least_common``: products, and pairs, with fewer customers are left out of it;
    - ``shrinkage``: so many customers are added below the similarity, so that small counts weigh little;
    - ``popular``: the fallback looks through so many of the most bought products.

    Raises ValueError where one is not above zero (shrinkage: below zero).
    """

    half_life_days: float = 91.0
    horizon_days: int = 28
    products_per_customer: int = 50
    seeds: int = 30
    neighbours: int = 30
    catalogue: int = 20_000
    least_buyers: int = 5
    least_common: int = 2
    shrinkage: float = 10.0
    popular: int = 100

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value < 0 or (value == 0 and name != "shrinkage"):
                raise ValueError(f"{name} must be above 0, not {value}")
