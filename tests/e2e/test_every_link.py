"""Whatever the public pages of the told story lead to is there."""

from __future__ import annotations

import re
from collections import deque

from tests.e2e.cities import city_of
from tests.e2e.homes import told_home
from tests.support.run import Run

LINK = re.compile(r'href="(/(?:de|en|static)/[^"?#]*)')


async def test_every_link_of_every_public_page_leads_somewhere(run: Run) -> None:
    with told_home(run) as operator:
        async with city_of(operator.home) as city:
            waiting, led_from, broken = deque(["/de/"]), {"/de/": "where it starts"}, list[str]()
            while waiting:
                page = waiting.popleft()
                answer = await city.get(page)
                if answer.status_code not in {200, 303}:
                    broken.append(f"{led_from[page]} leads to {page}, which answers {answer.status_code}")
                if not answer.headers.get("content-type", "").startswith("text/html"):
                    continue
                for link in LINK.findall(answer.text):
                    if link not in led_from:
                        led_from[link] = page
                        waiting.append(link)
    assert broken == []
    kinds = {re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", page)[3:] for page in led_from}
    assert kinds >= {
        "/conferences/…",
        "/meetings/…/items/…",
        "/bodies/…/meetings",
        "/bodies/…/seats/…",
        "/recommendations/…",
        "/trace/…",
        "/trace/….json",
    }
