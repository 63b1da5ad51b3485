"""The links of a plan: the only addresses to which its letters may lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from guanxi.campaigns.plan_cells import PlannedCell
from guanxi.campaigns.plan_fields import PlanError, read_code
from guanxi.foundation.web_addresses import BadAddress, web_address
from guanxi.outreach.delivery.placeholders import links_in

MOST_LINKS = 50


def read_links(given: object) -> dict[str, str]:
    """Name → address, checked. Raises PlanError naming the link at fault."""
    if not isinstance(given, dict) or len(given) > MOST_LINKS:
        raise PlanError(
            _('links is a section of at most %(most)s lines such as shop = "https://shop.example.com".')
            % {"most": MOST_LINKS}
        )
    for name, address in given.items():
        read_code(name, _("the name of a link"))
        try:
            web_address(address)
        except BadAddress as error:
            raise PlanError(_("link %(name)s: %(why)s") % {"name": name, "why": error}) from None
    return dict(given)


def check_linked(cells: Iterable[PlannedCell], links: Mapping[str, str]) -> None:
    """Raise PlanError where a letter brings in a link that the plan does not have."""
    for cell in cells:
        for words in cell.all_words:
            if said := unlinked(cell.code, words.body, links):
                raise PlanError(said)


def unlinked(cell: object, body: str, links: Mapping[str, str]) -> str:
    """What is said of a body that brings in a link that the plan does not have; empty where it has all."""
    unknown = [name for name in links_in(body) if name not in links]
    if not unknown:
        return ""
    return _("body of cell %(code)s brings in ${link:%(name)s}, but [links] has: %(known)s.") % {
        "code": cell,
        "name": unknown[0],
        "known": ", ".join(links) or _("nothing"),
    }
