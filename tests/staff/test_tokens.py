"""Tokens of programs: shown once, kept as a hash, never more than their person may do, and ended for good."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from cli.commands import guanxi, told
from django.core import serializers
from django.test import Client
from django.urls import reverse

from guanxi.foundation import clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import AuditEntry, AuditValues
from guanxi.staff.models import ApiToken, User
from guanxi.staff.roles import GRANTED, May, Role
from guanxi.staff.tokens import create_token, note_use, revoke_token, token_of

pytestmark = pytest.mark.django_db
ANN = Actor("Ann")


def person(role: Role = Role.ANALYST, name: str = "ann") -> User:
    return User.objects.create_user(name, f"{name}@example.com", role=role)


def made(user: User, *scopes: May, days: int = 30) -> tuple[ApiToken, str]:
    chosen = scopes or (May.SEE_CUSTOMERS,)
    return create_token(user=user, name="till", scopes=chosen, days=days, actor=ANN)


def works(text: str, after: timedelta = timedelta(0)) -> bool:
    return token_of(text, at=clock.now() + after) is not None


def test_a_token_is_found_by_its_text_and_only_its_hash_is_kept() -> None:
    token, text = made(person())

    assert re.fullmatch(rf"gx_{token.pk}_[0-9a-f]{{64}}", text)
    assert works(text)
    kept = serializers.serialize("json", [*ApiToken.objects.all(), *AuditEntry.objects.all()])
    assert text.rpartition("_")[2] not in kept + str(list(AuditValues.objects.values_list("body", flat=True)))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "gx_1",
        "gx_{id}_",
        "gx_{id}_{other}",
        "gx_0{id}_{secret}",
        "gx_{id}_{secret}0",
        "{secret}",
        "gx_９_{secret}",
    ],
)
def test_any_other_text_opens_nothing(wrong: str) -> None:
    token, text = made(person())
    secret = text.rpartition("_")[2]

    assert not works(wrong.format(id=token.pk, secret=secret, other="0" * 64))
    assert not works(f"gx_{token.pk + 1}_{secret}")


def test_it_ends_when_it_expires_is_revoked_or_its_person_leaves() -> None:
    ann = person()
    token, text = made(ann, days=30)
    assert (works(text, timedelta(days=29)), works(text, timedelta(days=30))) == (True, False)

    revoke_token(token.pk, actor=ANN)
    assert not works(text)
    with pytest.raises(NotFound):
        revoke_token(token.pk, actor=ANN)

    _token, other = made(ann)
    User.objects.update(is_active=False)
    assert not works(other)


def test_it_may_do_what_it_was_given_as_far_as_the_role_goes_now() -> None:
    ann = person(Role.ADMINISTRATOR)
    _token, text = made(ann, May.SEE_CUSTOMERS, May.SEE_AUDIT)
    User.objects.filter(pk=ann.pk).update(role=Role.ANALYST)

    found = token_of(text, at=clock.now())
    assert found
    assert {permission for permission in May if found.may(permission)} == {May.SEE_CUSTOMERS}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "  "}, "Name the program"),
        ({"name": "x" * 81}, "in 1 to 80 characters"),
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["fly"]}, "There is no permission 'fly'"),
        ({"scopes": [May.SEE_AUDIT]}, "ann@example.com may not see audit"),
        ({"days": 0}, "1 to 365 days"),
        ({"days": 366}, "1 to 365 days"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(change: dict[str, Any], said: str) -> None:
    wish = {"user": person(), "name": "till", "scopes": [May.SEE_CUSTOMERS], "days": 30, "actor": ANN}
    with pytest.raises(DomainError, match=said):
        create_token(**wish | change)  # type: ignore[arg-type]
    assert not ApiToken.objects.exists()


def test_the_last_day_of_use_is_kept_once_a_day(django_assert_num_queries: Any) -> None:
    token, _text = made(person())
    today = clock.business_date(clock.now())
    note_use(token, day=today)
    token.refresh_from_db()

    assert token.last_used_on == today
    with django_assert_num_queries(0):
        note_use(token, day=today)


def test_the_page_shows_a_new_token_once_and_revokes_it(client: Client) -> None:
    ann = person()
    client.force_login(ann)
    page = client.get(reverse("tokens")).content.decode()
    offered = set(re.findall(r'name="scope" value="([^"]+)"', page))
    assert offered == set(GRANTED[Role.ANALYST])

    answer = client.post(reverse("tokens"), {"name": "till", "days": "30", "scope": ["see customers"]})
    text = re.search(r"gx_\d+_[0-9a-f]{64}", answer.content.decode())
    assert text
    assert works(text[0])
    assert "no-store" in answer.headers["Cache-Control"]
    page = client.get(reverse("tokens")).content.decode()
    assert text[0] not in page
    assert "till" in page

    token = ApiToken.objects.get()
    assert client.post(reverse("token_revoke", args=[token.pk])).status_code == 302
    assert not works(text[0])
    assert list(AuditEntry.objects.filter(object_kind="token").values_list("verb", "actor")) == [
        ("created", ann.actor.name),
        ("revoked", ann.actor.name),
    ]


def test_the_page_keeps_what_was_typed_when_it_refuses(client: Client) -> None:
    client.force_login(person())
    answer = client.post(reverse("tokens"), {"name": "till", "days": "9999", "scope": ["see insight"]})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "A token is valid for 1 to 365 days." in page
    assert 'value="till"' in page
    assert 'value="see insight" checked' in page


def test_nobody_revokes_the_token_of_somebody_else(client: Client) -> None:
    token, text = made(person())
    client.force_login(person(Role.ADMINISTRATOR, "bob"))

    assert client.post(reverse("token_revoke", args=[token.pk])).status_code == 404
    assert works(text)


@pytest.mark.django_db(transaction=True)
def test_the_command_line_makes_lists_and_revokes() -> None:
    person()
    new = told(
        "tokens", "create", "ANN@example.com", "--name", "till", "--scope", "see insight", "--days", "7"
    )
    assert works(new["token"])
    assert [(row["email"], row["scopes"]) for row in told("tokens")] == [("ann@example.com", "see insight")]
    assert new["token"] not in guanxi("tokens").out

    assert told("tokens", "revoke", new["id"]) == {"revoked": new["id"]}
    assert not works(new["token"])
    everything = told("tokens", "create", "ann@example.com", "--name", "till")
    assert set(ApiToken.objects.get(pk=everything["id"]).scopes) == set(GRANTED[Role.ANALYST])
