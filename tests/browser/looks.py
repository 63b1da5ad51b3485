"""What a script can tell of a page's looks: what is too wide, cut off, on top of each other, too small to touch."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from axe_playwright_python.sync_playwright import Axe

AXE = Axe()
GRAVE = {"serious", "critical"}
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
PHONE = 390
THUMB = 24
"""Pixels of height that a control has at least on a phone (WCAG 2.5.8)."""

LOOK = """([thumb]) => {
  const found = [], seen = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const said = (e) => (e.innerText || e.value || e.name || e.className).trim().slice(0, 40).replace(/\\s+/g, " ");
  const hidden = (e) => e.closest(".visually-hidden, .gx-skip") || e.clientWidth <= 1;
  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`wider than the screen by ${document.documentElement.scrollWidth - innerWidth}`);

  const words = "button, .btn, h1, h2, h3, th, td, dt, dd, label, summary, figcaption, .gx-badge, .gx-chip, .gx-stat";
  for (const e of document.querySelectorAll(words)) {
    if (!seen(e) || hidden(e) || getComputedStyle(e).display === "inline") continue;
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).textOverflow !== "ellipsis")
      found.push(`cut off by ${e.scrollWidth - e.clientWidth}: ${e.tagName} ${said(e)}`);
  }

  const controls = [...document.querySelectorAll("main :is(a, button, input, select, textarea, summary)")]
    .filter((e) => seen(e) && !hidden(e) && e.type !== "hidden" && !e.closest("[popover], .gx-toasts"));
  const places = controls.flatMap((e) => [...e.getClientRects()].map((r) => [e, r]));
  places.forEach(([a, r], at) => places.slice(at + 1).forEach(([b, s]) => {
    if (a === b || a.contains(b) || b.contains(a) || a.closest(".gx-scroll") || b.closest(".gx-scroll")) return;
    const wide = Math.min(r.right, s.right) - Math.max(r.left, s.left);
    const high = Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top);
    if (wide > 2 && high > 2) found.push(`on top of each other: ${said(a)} | ${said(b)}`);
  }));

  if (thumb) for (const e of controls) {
    if (e.matches("a:not(.btn, .gx-chip), [type=checkbox], [type=radio]")) continue; // axe-core judges these
    const height = e.getBoundingClientRect().height;
    if (height < thumb) found.push(`${Math.round(height)} px high: ${said(e)}`);
  }
  return found;
}"""


def looks_wrong(page: Any, width: int) -> list[str]:
    """What is wrong with the page at this width; it is resized, not loaded again."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return list(page.evaluate(LOOK, [THUMB if width <= PHONE else 0]))


def violations(page: Any, within: str | None = None) -> list[str]:
    """What axe-core finds grave: the rule, how often, and the first place."""
    found = AXE.run(page, context=within, options=AXE_OPTIONS).response["violations"]
    return [
        f"{each['id']} x{len(each['nodes'])}: {each['nodes'][0]['html'][:150]}"
        for each in found
        if each["impact"] in GRAVE
    ]


def headings_wrong(page: Any) -> list[str]:
    """The levels of the headings that are seen, where they do not begin with one, or skip a level."""
    script = "all => all.filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]))"
    levels = list(page.locator("h1, h2, h3, h4").evaluate_all(script))
    if levels[:1] == [1] and all(later - level <= 1 for level, later in pairwise(levels)):
        return []
    return [f"headings {levels}"]
