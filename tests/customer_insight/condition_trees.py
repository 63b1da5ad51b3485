"""Hypothesis strategies: any condition over five fields, and rows for it with plenty of nulls."""

from hypothesis import strategies as st

from customer_insight.conditions import (
    All,
    Any,
    Between,
    Compare,
    Field,
    In,
    IsKnown,
    IsUnknown,
    Not,
)

FIELDS = {
    "indicator.count": Field("number", "Orders", "订单数"),
    "indicator.rate": Field("number", "Rate", "比率"),
    "fact.city": Field("text", "City", "城市"),
    "consent.email": Field("boolean", "E-mail consent", "邮件许可"),
    "fact.birthday": Field("day", "Birthday", "生日"),
}
COLUMNS = {field: field.replace(".", "_") for field in FIELDS}

# Few different values, so that equality, ends of ranges and lists are hit often.
counts = st.integers(-2, 3)
rates = st.sampled_from([-0.5, 0.0, 0.25, 0.5, 1.0, 2.0])
cities = st.sampled_from(["", "Oslo", "oslo", "北京", "上海", "Örebro", "a'b%_"])
VALUES = {
    "indicator.count": counts,
    "indicator.rate": rates,
    "fact.city": cities,
    "consent.email": st.booleans(),
    "fact.birthday": counts,
}
ASKED = VALUES | {"indicator.count": st.one_of(counts, rates), "indicator.rate": st.one_of(counts, rates)}


@st.composite
def leaf_conditions(draw):
    field = draw(st.sampled_from(sorted(FIELDS)))
    values, ordered = ASKED[field], field != "consent.email"
    kind = draw(st.sampled_from(["compare", "in", "known", "unknown"] + ["between"] * ordered))
    if kind == "compare":
        operators = ["=", "!="] + ["<", "<=", ">", ">="] * ordered
        return Compare(field, draw(st.sampled_from(operators)), draw(values))
    if kind == "in":
        return In(field, tuple(draw(st.lists(values, min_size=1, max_size=4))))
    if kind == "between":
        return Between(field, *sorted((draw(values), draw(values))))
    return IsKnown(field) if kind == "known" else IsUnknown(field)


def groups_of(inner):
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(parts.map(All), parts.map(Any), inner.map(Not))


conditions = st.recursive(leaf_conditions(), groups_of, max_leaves=8)
rows = st.fixed_dictionaries({field: st.one_of(st.none(), values) for field, values in VALUES.items()})
