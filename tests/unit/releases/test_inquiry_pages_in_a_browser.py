"""The inquiry's public pages in a real browser, at a desk and on a phone, opened as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from joinedup.inquiry import register_of
from joinedup.inquiry.example import example_entries
from joinedup.inquiry.published import force_entries, published_entries
from joinedup.releases.inquiry_pages import InquiryInput, inquiry_pages

pytestmark = pytest.mark.chromium
PAGES = ("index.html", "timeline.html", "recommendations/x-1.html", "recommendations/hmicfrs-profiles.html",
         "bodies/X01.html", "bodies/forces.html")  # fmt: skip
MISSING = {
    "measure": "missing-self-defined-ethnicity", "area": "all", "unit": "record", "stage": "all", "period": "all",
    "group": "all", "numerator": 524, "denominator": 768,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages")
    on = date(2026, 11, 1)
    entries = (*published_entries(), *force_entries(invented=True), *example_entries())
    given = InquiryInput("Invented region", True, on, register_of(entries, on), "20261101T000000Z", [MISSING])
    for name, content in inquiry_pages(given).items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(content, encoding="utf-8")
    return out


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_breaks_a_rule_of_access_or_is_wider_than_the_screen(
    browser: Any, keeps_the_rules: Callable[[Any], None], folder: Path, name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((folder / name).as_uri())
    keeps_the_rules(page)
    page.close()


def test_a_reader_gets_from_the_first_page_to_what_is_said_and_what_was_found_by_keyboard(
    browser: Any, folder: Path
) -> None:
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the answers"
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "recommendations/x-1.html":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/x-1.html")
    assert page.locator(".box").all_inner_texts() == [
        "What the body says\ndone\n\nInvented Ministry, 2026-06-22",
        "What somebody else found\nnot checked",
    ]
    assert "524 have none" in page.locator(".otherwise").inner_text()
    page.close()


def test_the_same_register_gives_the_same_bytes() -> None:
    on = date(2026, 11, 1)
    given = InquiryInput("Published", False, on, register_of(published_entries(), on))
    assert inquiry_pages(given) == inquiry_pages(given)
