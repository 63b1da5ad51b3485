"""A small shop with a measured campaign: what the pictures of the README show."""

from __future__ import annotations

from campaigns.world import delivered, file_of, keys, launched, measured, orders, planned, refresh, shop
from customers.importing import bring

from guanxi.foundation import jobs
from guanxi.foundation.actor import Actor
from guanxi.staff.models import Unit

NAMES = (
    "王伟", "Maria Rossi", "李娜", "Ann O'Brien", "张敏", "Jonas Weber", "刘洋", "Chiara Bianchi", "陈静", "Tom Becker",
    "杨帆", "Lucía Pérez",
)  # fmt: skip
CITIES = ("上海", "Roma", "杭州")


def furnish() -> None:
    """Twelve customers, a campaign from plan to result, one that is planned, and a job that waits."""
    shop({key: 60 + 4 * place**2 for place, key in enumerate(keys(12))})
    named = file_of("names.csv", "customer,name,city", zip(keys(12), NAMES, CITIES * 4, strict=True))
    bring("customers", named, "shop")
    planned(cost_per_contact=1)
    launched()
    delivered()
    orders([(key, "2026-03-20", 90.0 + 7 * place) for place, key in enumerate(keys(12))])
    refresh(None)
    measured()
    planned(code="summer", name="Summer coupon", start="2026-12-16T12:00:00+00:00")
    Unit.objects.create(name="Sales")
    jobs.enqueue("insight refresh", "all", {}, Actor("Mia"))
