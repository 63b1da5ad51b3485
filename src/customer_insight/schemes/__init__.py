"""Schemes: ordered conditions that put every customer in exactly one class and can say why.

`classify` and `classify_one` evaluate any scheme; `customer_insight.classifications` holds those of the
requirements, as data to be edited.
"""

from customer_insight.schemes.classify import Decision, classify, classify_one, default_columns, moves
from customer_insight.schemes.documents import parse_scheme, scheme_as_dict
from customer_insight.schemes.scheme import DEFAULT_RULE, Rule, Scheme, SchemeClass, SchemeError

__all__ = [
    "DEFAULT_RULE",
    "Decision",
    "Rule",
    "Scheme",
    "SchemeClass",
    "SchemeError",
    "classify",
    "classify_one",
    "default_columns",
    "moves",
    "parse_scheme",
    "scheme_as_dict",
]
