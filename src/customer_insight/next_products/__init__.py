"""What they buy next: products bought again, products never bought before, and for each product its candidates."""

from customer_insight.next_products.backtest import (
    ChanceRow,
    ListScore,
    NextProductBacktest,
    backtest_next_products,
)
from customer_insight.next_products.candidates import PRODUCT_CATEGORIES, product_candidates
from customer_insight.next_products.card import NextProductCard
from customer_insight.next_products.chance import ChanceMap, fit_chances
from customer_insight.next_products.demand import PRODUCT_CHANCES, expected_buyers
from customer_insight.next_products.interest import SIGNALS, SignalEffect, fit_signals
from customer_insight.next_products.levels import (
    PRODUCT_LEVELS,
    PRODUCT_PRICES,
    cross_sell,
    price_levels,
    up_sell,
)
from customer_insight.next_products.model import NextProductModel, buy_again, buy_new, fit_next_products
from customer_insight.next_products.prices import paid_prices
from customer_insight.next_products.settings import NextProductSettings
from customer_insight.next_products.similarity import similar_products

__all__ = [
    "PRODUCT_CATEGORIES",
    "PRODUCT_CHANCES",
    "PRODUCT_LEVELS",
    "PRODUCT_PRICES",
    "SIGNALS",
    "ChanceMap",
    "ChanceRow",
    "ListScore",
    "NextProductBacktest",
    "NextProductCard",
    "NextProductModel",
    "NextProductSettings",
    "SignalEffect",
    "backtest_next_products",
    "buy_again",
    "buy_new",
    "cross_sell",
    "expected_buyers",
    "fit_chances",
    "fit_next_products",
    "fit_signals",
    "paid_prices",
    "price_levels",
    "product_candidates",
    "similar_products",
    "up_sell",
]
