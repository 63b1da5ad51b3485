"""Jobs, the audit and the settings on pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from guanxi.desk.settings.fields import SECTIONS, shown_text
from guanxi.foundation import configuration, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry, Job
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def person(role: str) -> Client:
    client = Client()
    client.force_login(
        User.objects.create_user(f"{role}@example.com", f"{role}@example.com", first_name="Ada", role=role)
    )
    return client


def test_a_job_is_listed_and_cancelled_by_those_who_may() -> None:
    job = jobs.enqueue("insight refresh", "all", {}, Actor("Mia"))
    analyst, steward = person("analyst"), person("data_steward")

    page = analyst.get("/jobs/").content.decode()
    assert "insight refresh" in page
    assert 'hx-trigger="every 2s"' in page
    assert f"/jobs/{job.pk}/cancel/" not in page
    assert analyst.post(f"/jobs/{job.pk}/cancel/").status_code == 403

    assert f"/jobs/{job.pk}/cancel/" in steward.get("/jobs/").content.decode()
    assert steward.post(f"/jobs/{job.pk}/cancel/").headers["Location"] == "/jobs/"
    assert Job.objects.get().state == "cancelled"
    page = steward.get("/jobs/").content.decode()
    assert f"Job {job.pk} is asked to stop." in page
    assert 'hx-trigger="every 2s"' not in page


def test_a_part_of_the_list_answers_htmx_alone() -> None:
    whole = person("analyst").get("/jobs/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in whole
    assert "No work yet" in whole


def test_the_audit_shows_who_did_what_a_page_at_a_time() -> None:
    for number in range(101):
        configuration.write("insight_assumptions", {"trend_days": number + 1}, actor=Actor("Mia"))
    client = person("administrator")

    first = client.get("/audit/").content.decode()
    oldest = AuditEntry.objects.order_by("-id")[99].pk
    assert first.count("insight_assumptions") == 100
    assert f'href="?before={oldest}"' in first
    assert client.get(f"/audit/?before={oldest}").content.decode().count("insight_assumptions") == 1
    assert client.get("/audit/?before=x' OR 1=1").status_code == 200


CHANGE = {"setting": "universal_holdout", "share": "10", "salt": "s2"}


def version(page: str) -> str:
    """The version of the hold-out that a page carries."""
    return re.findall(r'value="universal_holdout"><input type="hidden" name="version" value="(\w+)"', page)[0]


def test_a_setting_is_changed_by_an_administrator_and_the_old_value_is_in_the_audit() -> None:
    client = person("administrator")
    answer = client.post("/settings/", CHANGE, follow=True)

    assert "The setting is saved" in answer.content.decode()
    assert configuration.read("universal_holdout") == {"share": 0.1, "salt": "s2"}
    assert list(AuditEntry.objects.values_list("actor", "verb")) == [("Ada", "set")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"share": "70"}, "“Held out” is a number from 0 % to 50 %, not “70”."),
        ({"share": "many"}, "“Held out” is a number from 0 % to 50 %, not “many”."),
        ({"salt": ""}, "salt of universal_holdout is a text"),
        ({"setting": "nothing"}, "There is no setting &#x27;nothing&#x27;"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_and_stays_in_the_form(
    typed: dict[str, str], said: str
) -> None:
    answer = person("administrator").post("/settings/", CHANGE | typed)
    page = answer.content.decode()

    assert (answer.status_code, said in page) == (422, True)
    if "share" in typed:
        assert f'value="{typed["share"]}"' in page
    assert configuration.read("universal_holdout") == {"share": 0.05, "salt": "universal"}


def test_who_sees_the_settings_need_not_be_able_to_change_them() -> None:
    client = person("analyst")
    page = client.get("/settings/").content.decode()
    assert ("readonly" in page, "Save" in page) == (True, False)
    assert client.post("/settings/", CHANGE).status_code == 403


def test_what_a_person_typed_is_never_html(client: Any) -> None:
    page = (
        person("administrator")
        .post("/settings/", CHANGE | {"share": "<script>alert(1)</script>"})
        .content.decode()
    )
    assert "<script>alert" not in page


def test_whoever_saves_second_sees_both_values_and_overwrites_only_knowingly() -> None:
    client = person("administrator")
    seen = version(client.get("/settings/").content.decode())
    configuration.write("universal_holdout", {"share": 0.2}, actor=Actor("Mia"))

    answer = client.post("/settings/", CHANGE | {"version": seen})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Mia changed this at" in page
    assert 'value="10"' in page
    assert "Now it is 20 %." in page
    assert configuration.read("universal_holdout")["share"] == 0.2

    now = version(page)
    assert client.post("/settings/", CHANGE | {"version": now}).status_code == 302
    assert configuration.read("universal_holdout") == {"share": 0.1, "salt": "s2"}


def test_a_job_leads_to_its_result() -> None:
    jobs.enqueue("insight refresh", "all", {}, Actor("Mia"))
    assert '<a href="/insight/">insight refresh</a>' in person("analyst").get("/jobs/").content.decode()


def test_every_value_of_every_setting_has_a_field_with_words_for_people() -> None:
    defined = {name: set(definition.default) for name, definition in configuration.DEFINITIONS.items()}
    assert {name: set(section.parts) for name, section in SECTIONS.items()} == defined


def test_the_page_saves_what_it_shows() -> None:
    client = person("administrator")
    for name, definition in configuration.DEFINITIONS.items():
        parts = SECTIONS[name].parts.items()
        shown = {part: shown_text(field.kind, definition.default[part]) for part, field in parts}
        assert client.post("/settings/", {"setting": name} | shown).status_code == 302
        assert configuration.read(name) == definition.default


def test_settings_are_typed_in_the_units_people_use() -> None:
    client = person("administrator")
    assumed = {"margin_rate": "27.5", "cost_to_serve_per_order": "1.20", "horizon_days": "365"}
    assumed |= {"setting": "insight_assumptions", "discount_rate_year": "10 %", "trend_days": "91"}
    assert client.post("/settings/", assumed).status_code == 302
    assert configuration.read("insight_assumptions")["margin_rate"] == 0.275
    assert configuration.read("insight_assumptions")["cost_to_serve_per_order"] == 120

    layers = {
        "setting": "class_thresholds",
        "top_layer": "1",
        "growth_layer": "2",
        "high_potential_layer": "2",
    }
    assert client.post("/settings/", layers | {"bill_bands": "50，100 200"}).status_code == 302
    assert configuration.read("class_thresholds")["bill_bands"] == [50, 100, 200]
    answer = client.post("/settings/", layers | {"bill_bands": "50, lots"})
    assert (answer.status_code, 'value="50, lots"' in answer.content.decode()) == (422, True)
