"""Mail programs press the button, and scanners follow the links, many times at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from outreach.world import customer, launch

from guanxi.customers.models import Consent
from guanxi.foundation.models import AuditEntry, Event
from guanxi.outreach import services
from guanxi.outreach.models import Click, Contact, Link

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def at_once(work: Callable[[], object]) -> list[object]:
    """What the work returned in every thread, or the error that it ended with."""
    together, ended = threading.Barrier(AT_ONCE), list[object]()

    def run() -> None:
        together.wait()
        try:
            ended.append(work())
        except Exception as error:
            ended.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_one_of_many_withdrawals_is_written() -> None:
    launch(customer("ann"))
    said = at_once(partial(services.unsubscribe, contact_id=Contact.objects.get().pk))
    assert sorted(map(str, said)) == ["False"] * (AT_ONCE - 1) + ["True"]
    assert Consent.objects.filter(source="unsubscribe").count() == 1
    assert AuditEntry.objects.filter(verb="unsubscribed").count() == 1
    assert Event.objects.filter(type="customer.unsubscribed").count() == 1


def test_every_one_of_many_clicks_is_counted() -> None:
    launch(customer("ann"))
    services.write_links(1, {"shop": "https://shop.example.com/"})
    pair = {"contact_id": Contact.objects.get().pk, "link_id": Link.objects.get().pk}
    click = partial(services.record_click, **pair)
    assert at_once(click) == ["https://shop.example.com/"] * AT_ONCE
    assert Click.objects.get().count == AT_ONCE
