"""An installation with something on every page, and the addresses of those pages."""

from __future__ import annotations

from campaigns.world import delivered, keys, launched, measured, orders, planned, refresh, shop

from guanxi.foundation import jobs
from guanxi.foundation.actor import Actor
from guanxi.staff.models import Unit

PAGES = (
    "/", "/find/?wanted=c", "/keys/", "/components/", "/customers/", "/customers/c01/", "/customers/?find=nobody",
    "/insight/", "/insight/tiers/", "/insight/bands/", "/insight/layers/", "/insight/lifetime-value/",
    "/insight/acquisition/", "/insight/indicators/", "/campaigns/", "/campaigns/named/spring/",
    "/campaigns/named/spring/people/target/", "/campaigns/named/summer/", "/campaigns/plan/",
    "/campaigns/plan/text/", "/imports/", "/imports/1/", "/jobs/", "/audit/", "/settings/", "/settings/people/",
    "/accounts/tokens/", "/accounts/2fa/", "/accounts/email/", "/no/such/page/",
)  # fmt: skip


def furnish() -> None:
    """Twelve customers, a campaign from plan to result, one that is planned, and a job that waits."""
    shop({key: 100 + 10 * place for place, key in enumerate(keys(12))})
    planned(cost_per_contact=1)
    launched()
    delivered()
    orders([(key, "2026-03-20", 90.0 + 7 * place) for place, key in enumerate(keys(12))])
    refresh(None)
    measured()
    planned(code="summer", name="Summer coupon", start="2026-12-16T12:00:00+00:00")
    Unit.objects.create(name="Sales")
    jobs.enqueue("insight refresh", "all", {}, Actor("Mia"))
