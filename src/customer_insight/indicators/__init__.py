"""Indicators: one row a customer, one column a measure, each explained by an entry of `CATALOGUE` (ANA-01).

Three families: what they bought (transaction), what they paid (financial), how we were in touch (contact).
`analysis_table` joins all of them as of a day.
"""

from customer_insight.indicators.analysis import Tables, analysis_table
from customer_insight.indicators.catalogue import CATALOGUE, FAMILIES, SUBJECTS
from customer_insight.indicators.channels import channel_mix
from customer_insight.indicators.contacts import contact_indicators
from customer_insight.indicators.entry import Indicator
from customer_insight.indicators.financial import financial_indicators
from customer_insight.indicators.habits import buying_habits
from customer_insight.indicators.opportunities import expected_sales
from customer_insight.indicators.profitability import customer_profit, profit_explained
from customer_insight.indicators.serving import itemised_cost_to_serve
from customer_insight.indicators.share_of_customer import share_of_customer, share_of_group
from customer_insight.indicators.summary import indicator_summary
from customer_insight.indicators.transaction_entries import INDICATORS
from customer_insight.indicators.transactions import sales_between, transaction_indicators
from customer_insight.indicators.yearly import same_period_last_year

__all__ = [
    "CATALOGUE",
    "FAMILIES",
    "INDICATORS",
    "SUBJECTS",
    "Indicator",
    "Tables",
    "analysis_table",
    "buying_habits",
    "channel_mix",
    "contact_indicators",
    "customer_profit",
    "expected_sales",
    "financial_indicators",
    "indicator_summary",
    "itemised_cost_to_serve",
    "profit_explained",
    "sales_between",
    "same_period_last_year",
    "share_of_customer",
    "share_of_group",
    "transaction_indicators",
]
