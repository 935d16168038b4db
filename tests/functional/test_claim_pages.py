"""A page to cite for each claim: the verdict, its opposite, the range in plain sight; in a real browser too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from joinedup.cli.main import app
from joinedup.errors import StorageError

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "audit-claims" / "claims.toml"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages") / "claims"
    done = CliRunner().invoke(app, ["claim", str(EXAMPLE), "--pages", str(out)])
    assert done.exit_code == 0, done.output
    return out


def words_of(page: Path) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.read_text()).split())


def test_a_page_holds_verdict_opposite_unknown_range_source_and_how_to_cite_it(pages: Path) -> None:
    said = words_of(pages / "claims" / "most-are-white.html")
    for words in (
        "Verdict the data cannot say", "Verdict on the opposite the data cannot say", "4,404 of 6,670",
        "28.2% to 94.3%", "every other group 5.7% to 71.8% 50.0%", "once 1,452 are known to be White", "Secondary",
        "To cite it", "claims/most-are-white.html", "nothing of any person or community",
    ):  # fmt: skip
        assert words in said, words


def test_figures_that_nobody_has_seen_settle_nothing(pages: Path) -> None:
    said = words_of(pages / "claims" / "two-thirds-not-recorded.html")
    assert "the source was not seen. If the figures are as quoted: holds. It is 66.0%, against 65.0%." in said
    assert "Somebody has to check the figures against their source." in said


def test_the_index_leads_to_every_page_and_the_tables_say_the_same(pages: Path) -> None:
    rows = json.loads((pages / "claims.json").read_text())
    assert len(rows) == 9
    linked = re.findall(r'href="(claims/[^"]+)"', (pages / "index.html").read_text())
    assert linked == [row["address"] for row in rows]
    assert all((pages / address).exists() for address in linked)
    assert (pages / "claims.csv").read_text().count("\n") == 10


def test_pages_are_never_put_among_others(pages: Path) -> None:
    done = CliRunner().invoke(app, ["claim", str(EXAMPLE), "--pages", str(pages)])
    assert isinstance(done.exception, StorageError)


@pytest.mark.chromium
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", ["index.html", "claims/most-are-white.html", "claims/two-thirds-not-recorded.html"])
def test_no_page_breaks_a_rule_of_access_or_is_wider_than_the_screen(
    browser: Any, keeps_the_rules: Callable[[Any], None], pages: Path, name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((pages / name).as_uri())
    keeps_the_rules(page)
    page.close()
