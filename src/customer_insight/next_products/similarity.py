"""Which products are bought by the same customers."""

from __future__ import annotations

from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.next_products.held import bought_lines, first_places, held_products, kept
from customer_insight.next_products.settings import NextProductSettings
from customer_insight.tables import same_kind

_DEFAULT = NextProductSettings()


def similar_products(
    order_lines: IntoFrameT, *, as_of: int, settings: NextProductSettings = _DEFAULT
) -> IntoFrameT:
    """For each product those bought by the same customers: ``product_id``, ``other_id``, ``place``, ``common``
    (customers who bought both) and ``similarity``.

        similarity(p, q) = common / (sqrt(customers of p x customers of q) + shrinkage)

    the cosine of who bought what (Sarwar, Karypis, Konstan and Riedl 2001; the top k of each product: Deshpande and
    Karypis 2004), shrunk for small counts. ``settings`` names the caps; equal similarities go by the least other_id.
    Raises TableError for a missing or mistyped column.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2, 2, 3], "product_id": [7, 8, 7, 8, 9], "day": [1] * 5,
    ...                       "amount": [100] * 5, "is_return": [False] * 5})
    >>> settings = NextProductSettings(least_buyers=1, least_common=1, shrinkage=0.5)
    >>> similar_products(lines, as_of=9, settings=settings).sort("product_id").rows()
    [(7, 8, 1, 2, 0.8), (8, 7, 1, 2, 0.8)]
    """
    held = kept(held_products(bought_lines(order_lines), as_of=as_of, half_life_days=settings.half_life_days))
    basis = kept(strongest(held, settings))
    return same_kind(similar(basis, settings), order_lines)


def popularity(held: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Each product with its ``buyers`` and the sum of their ``weight``."""
    sums = held.group_by("product_id").agg(nw.len().alias("buyers"), nw.col("weight").sum())
    return sums.with_columns(buyers=nw.col("buyers").cast(nw.Int64), weight=nw.col("weight").cast(nw.Int64))


def strongest(held: nw.LazyFrame[Any], settings: NextProductSettings) -> nw.LazyFrame[Any]:
    """customer_id, product_id, weight and ``place``: each customer's strongest products of the catalogue."""
    known = popularity(held).filter(nw.col("buyers") >= settings.least_buyers)
    keyed = known.select("product_id", order_key=-nw.col("buyers"))
    catalogue = keyed.sort("order_key", "product_id").head(settings.catalogue).select("product_id")
    inside = held.join(catalogue, on="product_id").select("customer_id", "product_id", "weight")
    return first_places(
        inside, within="customer_id", best="weight", tie="product_id", count=settings.products_per_customer
    )


def similar(basis: nw.LazyFrame[Any], settings: NextProductSettings) -> nw.LazyFrame[Any]:
    """The rows of `similar_products` from those of `strongest`."""
    own = basis.select("customer_id", "product_id")
    other = basis.select("customer_id", other_id="product_id")
    met = own.join(other, on="customer_id").filter(nw.col("product_id") < nw.col("other_id"))
    counted = met.group_by("product_id", "other_id").agg(nw.len().alias("common"))
    counted = counted.with_columns(common=nw.col("common").cast(nw.Int64))
    pairs = kept(counted.filter(nw.col("common") >= settings.least_common))
    turned = pairs.select("common", product_id="other_id", other_id="product_id")
    both = nw.concat([pairs, turned.select("product_id", "other_id", "common")], how="vertical")
    sizes = own.group_by("product_id").agg(nw.len().alias("size"))
    sizes = kept(sizes.with_columns(size=nw.col("size").cast(nw.Float64)))
    sized = both.join(sizes, on="product_id").join(
        sizes.select(other_id="product_id", other_size="size"), on="other_id"
    )
    bottom = (nw.col("size") * nw.col("other_size")).sqrt() + settings.shrinkage
    weighed = sized.with_columns(similarity=nw.col("common") / bottom)
    first = first_places(
        weighed, within="product_id", best="similarity", tie="other_id", count=settings.neighbours
    )
    return first.select("product_id", "other_id", "place", "common", "similarity")
