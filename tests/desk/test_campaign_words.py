"""The words of a plan on pages: links that letters lead to, and the same letter in several languages."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from campaigns.world import file_of, refresh
from customers.importing import bring
from desk.test_campaign_drafts import HTMX, begun, person, run, send, ten, text, written
from desk.test_campaign_pages import own_home
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.urls import reverse

from guanxi.campaigns.models import CampaignDraft
from guanxi.campaigns.plan_text import read_plan_text
from guanxi.customers.models import Party
from guanxi.foundation.models import Job

__all__ = ["own_home", "ten"]
pytestmark = pytest.mark.django_db(transaction=True)
SHOP = "https://shop.example.com/spring?a=1&b=2"
LINK = {"links.0.name": "shop", "links.0.address": SHOP, "links.1.name": "", "links.1.address": ""}
BODY = "Look: ${link:shop}\r\n${unsubscribe_line}"


def content(client: Client, draft: CampaignDraft, values: dict[str, str], **headers: Any) -> Any:
    answer = send(client, draft, "content", values, **headers)
    draft.refresh_from_db()
    return answer


def page_of(client: Client, draft: CampaignDraft, key: str = "content") -> str:
    return text(client, reverse("draft", args=[draft.pk, key]))


def test_links_are_written_by_name_put_into_the_words_and_kept_by_the_text(ten: None) -> None:
    client = person()
    draft = written(client)
    assert (
        content(client, draft, LINK | {"cells.0.body": BODY, "cells.0.subject": "Hello"}).status_code == 302
    )
    assert draft.document["links"] == {"shop": SHOP}
    page = page_of(client, draft)
    assert 'name="links.0.name" value="shop"' in page
    assert 'data-insert-link="links.1.name"' in page
    assert "Look: https://shop.example.com/spring?a=1&amp;b=2" in page
    assert "No more letters from us: (where to unsubscribe)" in page
    review = page_of(client, draft, "review")
    assert "Before it can be planned" not in review
    assert "<dt>Link shop</dt>" in review

    there = reverse("draft_text", args=[draft.pk])
    kept = client.get(there).context["text"]
    assert read_plan_text(kept) == draft.document
    client.post(
        there, {"version": str(draft.version), "page": "text", "plan": kept.replace("spring?", "may?")}
    )
    assert "may?a=1&amp;b=2" in page_of(client, draft)


def test_a_link_at_fault_is_complained_of_while_it_is_typed_and_nothing_is_lost(ten: None) -> None:
    client = person()
    draft = written(client)
    typed = {"links.0.name": "the shop", "links.0.address": "shop"}
    answer = content(client, draft, typed, **HTMX).content.decode()
    complaint = re.search(r'id="said-links"[^>]*>([^<]+)<', answer)
    assert complaint
    assert "the name of a link is 1 to 40 letters" in complaint[1]
    page = page_of(client, draft)
    assert ('value="the shop"' in page, 'value="shop"' in page) == (True, True)

    twice = {
        "links.0.name": "shop",
        "links.0.address": SHOP,
        "links.1.name": "shop",
        "links.1.address": SHOP + "2",
    }
    content(client, draft, twice)
    assert draft.document["links"] == {"shop": SHOP, "shop-2": SHOP + "2"}
    content(client, draft, dict.fromkeys(twice, ""))
    assert draft.document["links"] == {}


def test_a_letter_that_brings_in_a_link_that_is_not_there_says_so_beside_its_words(ten: None) -> None:
    client = person()
    draft = written(client)
    answer = content(
        client, draft, {"cells.0.body": BODY, "cells.0.subject": "Hello"}, **HTMX
    ).content.decode()
    complaint = re.search(r'id="said-cells.0.body"[^>]*>([^<]+)<', answer)
    assert complaint
    assert "brings in ${link:shop}, but [links] has: nothing." in complaint[1]
    assert f'href="{reverse("draft", args=[draft.pk, "content"])}">Words of cell 1' in page_of(
        client, draft, "review"
    )
    refused = client.post(reverse("draft_trial", args=[draft.pk]), {"cell": "0"})
    assert refused.status_code == 422


def in_chinese(client: Client) -> CampaignDraft:
    """A draft whose cell is written in Chinese too."""
    draft = written(client)
    content(
        client, draft, {"cells.0.subject": "Hello", "cells.0.body": BODY, **LINK, "new_language": "zh-Hans"}
    )
    return draft


@pytest.mark.requirement("CAMP-23")
def test_a_second_language_is_written_beside_the_first(ten: None) -> None:
    client = person()
    draft = in_chinese(client)
    assert draft.document["language"] == "en"
    assert draft.document["cells"][0]["languages"] == {"zh-Hans": {"subject": "", "body": ""}}
    review = page_of(client, draft, "review")
    assert "Subject (zh-Hans) of cell 1" in review
    words = {
        "cells.0.languages.zh-Hans.subject": "您好",
        "cells.0.languages.zh-Hans.body": "请看 ${link:shop}",
        "language": "en",
    }
    content(client, draft, words, **HTMX)
    assert draft.document["cells"][0]["languages"]["zh-Hans"] == {
        "subject": "您好",
        "body": "请看 ${link:shop}",
    }
    page = page_of(client, draft)
    assert ("请看 https://shop.example.com" in page, "as customer c01 would read it" in page) == (True, True)
    assert "customer c01 would read another language" in page
    assert "Before it can be planned" not in page_of(client, draft, "review")

    refused = content(client, draft, words | {"new_language": "not a tag"})
    assert refused.status_code == 422
    content(client, draft, words | {"remove_language": "zh-Hans"})
    assert "languages" not in draft.document["cells"][0]


def test_the_panel_says_how_many_read_which_language_without_a_new_estimate(ten: None) -> None:
    lines = [[key, "zh-CN"] for key in ("c01", "c02", "c08")]
    bring("customers", file_of("languages.csv", "customer,language", lines), "shop")
    Party.objects.update(public_id=F("source_key"))
    refresh()
    client = person()
    draft = written(client)
    draft.document["salt"] = "of this test"
    draft.save(update_fields=["document"])
    run("campaign estimate")
    content(client, draft, {"cells.0.subject": "Hello", "cells.0.body": "x", "new_language": "zh"})
    assert not Job.objects.filter(state="waiting").exists()
    assert (draft.estimate["cells"], draft.estimate["told_languages"]) == (
        {"coupon": 7},
        {"": 4, "zh-hans": 3},
    )
    assert "en 3, zh 2" in page_of(client, draft)  # of the 5 who are not held out at half control
    assert "as customer c01 would read it" in page_of(client, draft).partition("· <span")[2]


def test_a_trial_goes_out_in_the_language_that_is_asked_for(ten: None) -> None:
    client = person()
    draft = in_chinese(client)
    words = {
        "cells.0.languages.zh-Hans.subject": "您好",
        "cells.0.languages.zh-Hans.body": "请看 ${link:shop}",
    }
    content(client, draft, words)
    trial = reverse("draft_trial", args=[draft.pk])
    client.post(trial, {"cell": "0", "language": "zh-Hans"})
    assert run("trial letter").result == {"state": "delivered"}
    (file,) = (Path(settings.HOME) / "outbox").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (mail["Subject"], mail["Content-Language"]) == ("您好", "zh-Hans")
    assert f"请看 {SHOP}" in mail.get_content()  # type: ignore[attr-defined]
    assert client.post(trial, {"cell": "0", "language": "fr"}).status_code == 422


def test_another_cell_begins_with_the_words_of_the_first_in_every_language(ten: None) -> None:
    client = person()
    draft = in_chinese(client)
    send(client, draft, "cells", {"add_cell": "yes"})
    draft.refresh_from_db()
    assert [list(cell["languages"]) for cell in draft.document["cells"]] == [["zh-Hans"], ["zh-Hans"]]


def test_a_plan_whose_languages_are_no_sections_can_be_opened_and_mended(ten: None) -> None:
    client = person()
    draft = begun(client)
    draft.document["cells"] = [{"code": "a", "subject": "x", "body": "y", "languages": "zh"}]
    draft.document["links"] = ["x"]
    draft.save()
    assert "Languages of cell 1" in page_of(client, draft, "review")
    assert page_of(client, draft)
    assert page_of(client, draft, "cells")
