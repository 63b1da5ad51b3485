"""An installation with something on every page, among it names and numbers as long as they come."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from browser.world import furnish
from campaigns.world import MIA, NOON, PLAN, file_of, launched, orders, planned, refresh
from customers.importing import bring
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guanxi.campaigns.services import drafts
from guanxi.customers.models import ImportBatch, Party
from guanxi.desk.customers.exports import start_export
from guanxi.desk.customers.saved_views import save_view
from guanxi.desk.imports.uploads import keep_upload
from guanxi.foundation import jobs
from guanxi.insight import scoring_tables
from guanxi.outreach.links import unsubscribe_address
from guanxi.outreach.models import Contact
from guanxi.staff.models import Unit, User
from guanxi.staff.tokens import create_token
from guanxi.webhooks.models import Attempt, Delivery
from guanxi.webhooks.services import add_endpoint, send_test

LONG_NAMES = {
    "c01": "阿卜杜热合曼·买买提依明江·图尔荪尼亚孜",
    "c02": "Maximiliana-Friederike von und zu Hohenlohe-Langenburg-Schillingsfürst",
    "c03": "欧阳娜娜",
}
LONG_CAMPAIGN = (
    "Sommerschlussverkauf für langjährige Stammkundinnen: 老客户夏末回馈活动（第二十四期，华东大区）"
)
LONG_CODE = "sommerschlussverkauf-stammkundinnen-24"
LATER = NOON + timedelta(days=90)
"""Long enough after the first campaign for its customers to be contacted again."""
UNITS = ("华东大区", "Vertriebsinnendienst Nordrhein-Westfalen und Rheinland-Pfalz")
VIEW = "最近九十天没有下过单的高价值客户"
FILE = "一份名字特别长的销售流水文件_2026年第一季度_最终版.csv"
PROGRAM = "Nightly till export of the shop"
BONS = "order,customer,time,amount\n1,c01,2026-03-21,10.00\n2,c02,soon,5.00\n3,c03,2026-03-22,7.50\n"
PRIVATE = (
    "home", "jobs", "audit", "settings", "people", "webhooks", "customers", "customer_exports", "insight", "campaigns",
    "campaign_calendar", "campaign_plan", "campaign_text", "imports", "keys", "components", "api_reference", "tokens",
    "mfa_index", "account_email", "account_change_password", "analyses", "scoring_tables", "schemes", "indicator_names",
)  # fmt: skip
"""Names of pages that take no key."""
ANALYSES = ("retention", "cube", "leaving", "profile", "allocate", "candidates")
"""One of each kind of drawing and table, and one that a job may work out."""
SCORING = "大客户评分表"
CRITERIA = "客户关系 = 2\nCreditworthiness and standing with its suppliers"
REPORTS = ("tiers", "bands", "layers", "lifetime-value", "acquisition", "indicators")
STEPS = ("goal", "recipients", "offer", "cells", "content", "schedule", "cost", "review")
SEARCHES = ("/find/?wanted=c", "/customers/?find=nobody", "/customers/?tool=views", "/no/such/page/")
ENTRANCES = ("/accounts/login/", "/accounts/password/reset/", "/u/nothing", "/c/nothing")
"""What those see who have not signed in."""


def furnish_fully(person: User) -> tuple[list[str], list[str]]:
    """The addresses of every page with something on it: those of this person, and those of everybody."""
    furnish()
    _people_and_sums()
    keyed = [_imports(), _campaigns(), _drafts(), _settings(person)]
    _customers(person)
    refresh(None)
    scoring = scoring_tables.create(SCORING, CRITERIA, actor=MIA)
    contact = Contact.objects.earliest("pk")
    leave = unsubscribe_address(contact.pk)
    private = [
        *map(reverse, PRIVATE),
        *SEARCHES,
        *(reverse("insight_report", args=[report]) for report in REPORTS),
        *(reverse("analysis", args=[code]) for code in ANALYSES),
        reverse("scoring_table", args=[scoring.pk]),
        reverse("scheme", args=["trade_stage"]),
        *(reverse("customer", args=[key]) for key in LONG_NAMES),
        *(path for paths in keyed for path in paths),
    ]
    return private, [*ENTRANCES, urlsplit(leave).path]


def _people_and_sums() -> None:
    bring("customers", file_of("long.csv", "customer,name", LONG_NAMES.items()), "shop")
    orders([("c02", "2026-03-21", 987_654_321.09), ("c03", "2026-03-21", 0.01)])
    region = Unit.objects.create(name="华东大区")
    Unit.objects.create(
        name="Vertriebsinnendienst Nordrhein-Westfalen und Rheinland-Pfalz", kind="team", parent=region
    )


def _imports() -> list[str]:
    bring("orders", file_of("bons.csv", *_cut(BONS)), "till")
    token = keep_upload(SimpleUploadedFile(FILE, BONS.encode()))
    checked = f"{reverse('import_preview', args=[token])}?kind=orders&source=till&date_format=%25Y-%25m-%25d"
    first, last = ImportBatch.objects.earliest("pk"), ImportBatch.objects.latest("pk")
    return [checked, reverse("import", args=[first.pk]), reverse("import", args=[last.pk])]


def _cut(text: str) -> tuple[str, list[list[str]]]:
    header, *lines = text.splitlines()
    return header, [line.split(",") for line in lines]


def _campaigns() -> list[str]:
    planned(code=LONG_CODE, name=LONG_CAMPAIGN, start=LATER.isoformat(), budget=9_876_543)
    launched(LONG_CODE, LATER)
    people = [
        reverse("campaign_members", args=["spring", role]) for role in ("target", "control", "suppressed")
    ]
    return [*(reverse("campaign", args=[each]) for each in ("spring", "summer", LONG_CODE)), *people]


def _drafts() -> list[str]:
    draft = drafts.begin_like(code=LONG_CODE, actor=MIA)
    jobs.run_now(drafts.start_estimate(draft_id=draft.pk, actor=MIA))
    waiting = drafts.start_plan_of(document=PLAN | {"code": "autumn"}, actor=MIA)
    steps = [reverse("draft", args=[draft.pk, step]) for step in STEPS]
    return [*steps, reverse("draft_text", args=[draft.pk]), reverse("draft_planning", args=[waiting.pk])]


def _settings(person: User) -> list[str]:
    address = "https://events.a-rather-long-name-of-a-server.example.com/guanxi/receive"
    endpoint = add_endpoint(address=address, actor=MIA)
    delivery = send_test(endpoint_id=endpoint.pk, actor=MIA)
    Attempt.objects.create(delivery=delivery, at=NOON, milliseconds=12_345, status=503)
    Delivery.objects.filter(pk=delivery.pk).update(state="given_up")
    create_token(user=person, name=PROGRAM, scopes=["see customers", "see insight"], days=90, actor=MIA)
    return [reverse("person", args=[person.pk]), reverse("webhook", args=[endpoint.pk])]


def _customers(person: User) -> None:
    save_view(name=VIEW, query="", owner=person)
    jobs.run_now(start_export(query="", kind="csv", rows=Party.objects.count(), person=person))
