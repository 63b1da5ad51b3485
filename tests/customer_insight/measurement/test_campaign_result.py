"""A campaign's result: figures worked by hand, verdicts, several cells, and no control."""

import json
from dataclasses import astuple

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from customer_insight.measurement import REASONS, attributed, campaign_result
from customer_insight.measurement.results import CampaignResult


def units(**cells):
    """cell=[(responded, margin), ...] or [(responded, margin, pre_margin), ...]"""
    rows = [(cell, *row) for cell, members in cells.items() for row in members]
    columns = ["cell", "responded", "margin", "pre_margin"][: len(rows[0])]
    return pl.DataFrame(rows, schema=columns, orient="row").with_row_index("customer_id")


MAIL = [(1, 3000), (1, 2000), (0, 1000)]
HELD_OUT = [(0, 0), (1, 1000), (0, 2000)]


@pytest.mark.requirement("CAMP-06", "CAMP-12", "CAMP-13", "CAMP-22")
def test_six_customers_worked_by_hand():
    result = campaign_result(units(mail=MAIL, control=HELD_OUT), costs={"mail": 1500})
    whole = result.overall

    assert (whole.treated, whole.control, whole.cost) == (3, 3, 1500)
    assert whole.response.difference.value == pytest.approx(1 / 3)  # 2/3 - 1/3
    assert whole.incremental_responses.value == pytest.approx(1)
    assert whole.margin.difference.value == 1000  # 2000 - 1000
    assert whole.incremental_margin.value == 3000  # x 3 treated
    assert whole.incremental_profit.value == 1500  # - 1500 cost
    assert whole.roi.value == 1  # (3000 - 1500) / 1500
    # se = sqrt(1e6 / 3 x 2) = 816.497, t(.975, 4) = 2.776445: 1000 +- 2266.958, x 3 = 3000 +- 6800.87
    assert whole.incremental_margin.low == pytest.approx(-3800.87, abs=0.01)
    assert whole.incremental_profit.high == pytest.approx(8300.87, abs=0.01)
    assert whole.roi.low == pytest.approx((-3800.87 - 1500) / 1500, abs=1e-4)
    assert (result.verdict, whole.reason) == ("cannot tell", "covers_zero")
    assert "chance" in result.explanation


@pytest.mark.parametrize(
    ("treated", "cost", "verdict", "effect", "reason"),
    [
        (5000, 0, "gain", "gain", ""),
        (5000, 5_000, "gain", "gain", ""),  # 10 x 5000 gained, 5000 spent
        (5000, 49_990, "cannot tell", "gain", "margin_rose_profit_unclear"),
        (5000, 90_000, "loss", "gain", "cost_not_repaid"),
        (0, 10, "cannot tell", "cannot tell", "covers_zero"),
        (0, 9_000, "loss", "cannot tell", "cost_not_repaid"),
        (-5000, 0, "loss", "loss", ""),
    ],
)
@pytest.mark.requirement("CAMP-13")
def test_the_verdict_is_about_profit_and_says_cannot_tell_where_the_interval_covers_zero(
    treated, cost, verdict, effect, reason
):
    noise = [-100, 100] * 5  # each group: standard deviation 105, so +-99 per customer
    table = units(
        mail=[(0, 5000 + treated + each) for each in noise], control=[(0, 5000 + each) for each in noise]
    )

    whole = campaign_result(table, costs={"mail": cost}).overall

    assert (whole.verdict, whole.effect_verdict, whole.reason) == (verdict, effect, reason)


@pytest.mark.requirement("CAMP-13")
def test_without_cost_there_is_no_roi():
    whole = campaign_result(units(mail=MAIL, control=HELD_OUT)).overall

    assert whole.roi.value is None
    assert whole.incremental_profit == whole.incremental_margin


@pytest.mark.requirement("CAMP-12", "CAMP-13")
def test_without_control_only_attributed_figures_are_left_and_say_so():
    result = campaign_result(units(mail=MAIL), costs={"mail": 1500}, fixed_cost=500)

    assert (result.verdict, result.overall.reason) == ("cannot tell", "no_control")
    assert "no incremental claim" in result.explanation
    assert result.overall.roi.value is None
    assert result.overall.response.treated_rate == pytest.approx(2 / 3)
    whole = result.attributed[0]
    assert (whole.responses, whole.margin, whole.cost, whole.roi) == (2, 5000, 2000, 1.5)
    assert whole.label.startswith("attributed")


def test_a_campaign_that_treated_nobody_cannot_tell():
    result = campaign_result(units(control=HELD_OUT))

    assert (result.overall.reason, result.cells) == ("nobody_treated", ())


@pytest.mark.requirement("CAMP-13")
def test_several_cells_are_one_family():
    letter = [(0, 6000), (0, 7000), (1, 8000)]
    result = campaign_result(
        units(mail=MAIL, letter=letter, control=HELD_OUT), costs={"mail": 100, "letter": 200}, fixed_cost=50
    )
    by_code = {cell.cell: cell for cell in result.cells}

    assert result.cell_level == pytest.approx(0.974679)  # 0.95 ** (1 / 2)
    assert by_code["letter"].margin.level == result.cell_level
    # t = 6000 / 816.497 = 7.348 on 4: p = 0.00182; Holm x 2. mail: t = 1.22474: p = 0.28786; Holm x 1.
    assert by_code["letter"].margin_p_adjusted == pytest.approx(2 * 0.00182, abs=5e-5)
    assert by_code["mail"].margin_p_adjusted == pytest.approx(0.28786, abs=1e-4)
    assert result.overall.margin.level == 0.95
    assert (by_code["mail"].cost, by_code["letter"].cost, result.overall.cost) == (100, 200, 350)


@pytest.mark.requirement("CAMP-13")
def test_everybody_assigned_counts_whether_or_not_contacted():
    table = units(mail=MAIL, control=HELD_OUT).with_columns(contacted=pl.Series([1, 0, 0, 0, 0, 0]))
    result = campaign_result(table, costs={"mail": 600})

    assert result.overall.margin.difference.value == 1000
    assert result.estimand.startswith("intention to treat")
    assert result.attributed[0].contacts == 1
    assert result.attributed[0].cost_per_contact == 600


MEMBER = st.tuples(st.integers(0, 1), st.integers(-100_000, 100_000), st.integers(-100_000, 100_000))
GROUP = st.lists(MEMBER, min_size=3, max_size=12)


@given(a=GROUP, b=GROUP, control=GROUP)
@pytest.mark.requirement("CAMP-13")
def test_the_cells_add_up_to_the_whole_with_and_without_adjustment(a, b, control):
    result = campaign_result(units(a=a, b=b, control=control), costs={"a": 1000, "b": 2000}, fixed_cost=300)
    comparisons = [result.overall, *result.cells]
    assume(all(each.margin.reason == "" for each in comparisons))
    assume(len({each.margin.theta for each in comparisons}) == 1)  # no perfect fit in a tiny cell

    def total(name):
        return sum(getattr(cell, name).value for cell in result.cells)

    whole = result.overall
    scale = max(1.0, abs(whole.incremental_margin.value), whole.treated * 100_000)
    assert total("incremental_margin") == pytest.approx(whole.incremental_margin.value, abs=1e-9 * scale)
    assert total("incremental_profit") - 300 == pytest.approx(
        whole.incremental_profit.value, abs=1e-9 * scale
    )
    assert sum(cell.treated for cell in result.cells) == whole.treated


@given(a=GROUP, control=GROUP, shuffle=st.randoms(use_true_random=False))
@pytest.mark.requirement("CAMP-13")
def test_the_result_does_not_depend_on_the_order_of_the_rows(a, control, shuffle):
    table = units(a=a, control=control)
    order = list(range(table.height))
    shuffle.shuffle(order)

    before = campaign_result(table, costs={"a": 500})
    after = campaign_result(table[order], costs={"a": 500})

    # Integer margins of this size are summed without rounding, so equality is exact.
    assert before == after


@given(a=st.lists(MEMBER, max_size=4), control=st.lists(MEMBER, max_size=4))
def test_tiny_campaigns_give_a_verdict_and_a_reason_and_never_nan(a, control):
    assume(a or control)
    result = campaign_result(units(a=a, control=control), costs={"a": 10} if a else {})

    json.dumps(result.as_dict(), allow_nan=False)
    assert result.overall.reason in REASONS
    if result.overall.margin.difference.value is None:
        assert result.verdict == "cannot tell"


def test_the_dictionary_is_json_and_leads_with_the_verdict_in_words():
    result = campaign_result(units(mail=MAIL, control=HELD_OUT), costs={"mail": 1500})

    figures = json.loads(json.dumps(result.as_dict()))

    assert figures["verdict"] == "cannot tell"
    assert figures["overall"]["incremental_margin"]["value"] == 3000
    assert figures["cells"][0]["cell"] == "mail"
    assert set(figures) == {*CampaignResult.__dataclass_fields__, "verdict", "explanation"}


@pytest.mark.parametrize(("costs", "message"), [({"sms": 1}, "sms"), ({"mail": -1}, "negative")])
def test_costs_that_fit_no_cell_are_refused(costs, message):
    with pytest.raises(ValueError, match=message):
        campaign_result(units(mail=MAIL, control=HELD_OUT), costs=costs)


@pytest.mark.requirement("CAMP-12")
def test_attributed_sums_by_hand():
    table = units(mail=MAIL, letter=[(0, 10), (1, 90)], control=HELD_OUT)
    whole, letter, mail = attributed(table, costs={"mail": 1000, "letter": 500}, fixed_cost=100)

    assert (whole.cell, whole.contacts, whole.responses, whole.margin) == ("", 5, 3, 5090)
    assert whole.response_rate == 0.6
    assert whole.cost_per_contact == 320  # (1000 + 500 + 100) / 5
    assert whole.roi == pytest.approx((5090 - 1600) / 1600)
    assert (mail.contacts, mail.responses, mail.margin, mail.roi) == (3, 2, 5000, 4.0)
    assert (letter.responses, letter.margin, letter.cost) == (1, 90, 500)
    assert astuple(whole)[1] == mail.customers + letter.customers
