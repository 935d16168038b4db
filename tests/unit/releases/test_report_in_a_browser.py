"""The page in a real browser, at a desk and on a phone, opened as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
WORDS_OUTSIDE = """[...document.querySelectorAll('svg text')].filter(word => {
    const box = word.getBoundingClientRect(), page = word.ownerSVGElement.getBoundingClientRect()
    return box.left < page.left - 2 || box.right > page.right + 2
        || box.top < page.top - 2 || box.bottom > page.bottom + 2
}).map(word => word.textContent)"""


@pytest.fixture(params=[1280, 360])
def page(request: pytest.FixtureRequest, browser: Any, html: str, tmp_path: Path) -> Iterator[Any]:
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.goto((tmp_path / "report.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(table => { table.open = true })")
    yield page
    page.close()


def test_it_breaks_no_rule_of_access_fits_the_screen_and_cuts_no_word(page, keeps_the_rules):
    keeps_the_rules(page)
    assert page.evaluate(WORDS_OUTSIDE) == []
