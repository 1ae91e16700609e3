"""What a visitor does on a page, and what a machine can tell of its accessibility."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Response

from tests.support.spaces import same_spaces

AXE = Path(__file__).with_name("axe") / "axe.min.js"
TRIES = 120
"""So often a page is loaded again, four times a second."""
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Visitor:
    """Somebody in front of a browser."""

    page: Page

    def goes_to(self, path: str) -> Response:
        """Open an address of the site."""
        response = self.page.goto(path, wait_until="domcontentloaded")
        assert response is not None
        return response

    def signs_in_as(self, persona: str) -> None:
        """Choose one of the demo's people."""
        self.goes_to("/de/login")
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.click(f"button[value={persona}]")

    def presses(self, button: str) -> None:
        """Press a button by what it says, and wait for the page behind it."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.get_by_role("button", name=button).first.click()

    def sends(self, form: str, **fields: str | list[str]) -> str:
        """Fill a form in and send it, as a person does; what the page says that was done. A list ticks boxes by their labels."""
        found = self.page.locator(f"form#{form}")
        opening = self.page.locator("details:not([open])", has=found)
        if opening.count():
            opening.locator("summary").first.click()
        for name, value in fields.items():
            field = found.locator(f"[name={name}]")
            if isinstance(value, list):
                for one in value:
                    field.and_(found.get_by_label(one)).check()
            elif found.locator(f"select[name={name}]").count():
                chosen = field.locator("option", has_text=value).first.get_attribute("value")
                field.select_option(chosen)
            else:
                field.fill(value)
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            found.locator("button").last.click()
        assert self.page.locator(".trouble").count() == 0, self.page.locator(".trouble").first.inner_text()
        return self.page.locator(".kern-alert--success").first.inner_text()

    def follows(self, link: str) -> None:
        """Follow the first link within the page's own part that says so."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.locator("main").get_by_role("link", name=link).first.click()

    def reads(self) -> str:
        """What the page says."""
        return same_spaces(self.page.locator("main").inner_text())

    def waits_for(self, text: str, within: str = "main") -> None:
        """Load the page again until it says so: what crosses services takes a moment."""
        for _ in range(TRIES):
            if any(text in same_spaces(one) for one in self.page.locator(within).all_inner_texts()):
                return
            self.page.wait_for_timeout(250)
            self.page.reload(wait_until="domcontentloaded")
        raise AssertionError(f"{self.page.url} never says {text!r}: {self.reads()}")

    def fills(self, **fields: str) -> None:
        """Type into fields by their ids, `form_field` for `form-field`."""
        for name, value in fields.items():
            field = self.page.locator(f"#{name.replace('_', '-', 1)}")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def links(self) -> list[str]:
        """Where the page leads to within the site, without fragments."""
        found = [one.get_attribute("href") or "" for one in self.page.locator("a[href]").all()]
        return sorted({link.partition("#")[0] for link in found if link.startswith("/") and not link.startswith("//")})

    def violations(self) -> list[str]:
        """What axe finds against the standards, by rule and place."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
        found: dict[str, Any] = self.page.evaluate("options => axe.run(document, options)", options)
        return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]
