"""What a visitor does on a page, and what a machine can tell of its accessibility."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Response

AXE = Path(__file__).with_name("axe") / "axe.min.js"
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
        self.page.click(f"button[value={persona}]")

    def presses(self, button: str) -> None:
        """Press a button by what it says, and wait for the page behind it."""
        self.page.get_by_role("button", name=button).first.click()
        self.page.wait_for_load_state("domcontentloaded")

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
