"""What the page tells receivers of webhooks: the check of the signature works, and the events are those there are."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from pages import read, table_rows

from guanxi.foundation.events import TYPES
from guanxi.webhooks.services import TEST
from guanxi.webhooks.signing import new_secret, signature

PAGE = "docs/how-to/receive-webhooks.md"
SIGNED_AT = datetime(2026, 3, 16, 12, tzinfo=UTC)
BODY = '{"id":"evt_1","data":{"源":"关系"}}'.encode()


def test_the_check_of_the_signature_takes_what_we_sign_and_nothing_else() -> None:
    shown: dict[str, object] = {}
    exec(re.search(r"```python\n(.+?)```", read(PAGE), re.DOTALL)[1], shown)
    is_from_guanxi = shown["is_from_guanxi"]
    secret, now = new_secret(), SIGNED_AT.timestamp() + 200
    header = signature(secret, BODY, SIGNED_AT)

    assert is_from_guanxi(secret, header, BODY, now)
    assert not is_from_guanxi(new_secret(), header, BODY, now)
    assert not is_from_guanxi(secret, header, BODY + b" ", now)
    assert not is_from_guanxi(secret, header, BODY, now + 300)
    assert not is_from_guanxi(secret, signature(secret, BODY, SIGNED_AT - timedelta(hours=1)), BODY, now)
    assert not is_from_guanxi(secret, header.replace("t=", "t=1"), BODY, now)
    for broken in ("", "v1=x", "t=x,v1=y", "nonsense"):
        assert not is_from_guanxi(secret, broken, BODY, now)


def test_the_page_lists_every_event_and_when_it_happens() -> None:
    listed = {row[0].strip("`"): row[1] for row in table_rows(read(PAGE)) if row[0].startswith("`")}

    assert listed == TYPES | {TEST: "somebody tries the endpoint"}
