"""The picture of a pair's weight: from the prior, each reason from where the last ended, to the weight."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from joinedup.linkage import relatives
from joinedup.linkage.model import COMPARISONS, NOT_COMPARED
from joinedup.linkage.reasons import Account, Terms, account
from joinedup.releases.canvas import STRIP_END
from joinedup.releases.waterfall import AGAINST, BAR, FOR, START, as_file, waterfall

LONG = "a label that somebody wrote for a chart of their own: levenshtein(family_name_l, family_name_r) <= 2, or else"


def told(*found: tuple[str, str, float], prior: float = -20.0, threshold: float = 5.0) -> Account:
    evidence: list[dict[str, Any]] = [{"comparison": n, "level": level, "weight": bits} for n, level, bits in found]
    return account(evidence, prior + sum(bits for _, _, bits in found), Terms(prior, threshold))


SEEN = told(
    ("dob", "same date of birth", 12.0), ("phones", "same phone", 14.0), ("home", "different addresses", -3.0),
    ("relatives", relatives.LABEL, -1.0), ("id_nhs", NOT_COMPARED, 0.0),
)  # fmt: skip


def test_each_bar_starts_where_the_last_ended_and_the_last_ends_at_the_weight() -> None:
    """-20, +14 = -6, +12 = 6, -3 = 3, -1 = 2; the scale runs from -20 to 6, and a fiftieth more at either end."""
    boxes = [box for box in waterfall(SEEN).canvas.boxes if box["fill"] in (START, FOR, AGAINST)]
    bars = [box for box in boxes if box["y2"] - box["y"] == BAR]
    least, most = -20 - 0.52, 6 + 0.52
    bits = [tuple(round(least + box[end] * (most - least), 6) for end in ("start", "end")) for box in bars]
    assert bits == [(-20, 0), (-20, -6), (-6, 6), (3, 6), (2, 3)]
    assert [box["fill"] for box in bars] == [START, FOR, FOR, AGAINST, AGAINST]


def test_numbers_words_and_threshold_are_written() -> None:
    words = [mark["text"] for mark in waterfall(SEEN).canvas.words]
    assert words[0] == "2.0 bits, and 5 are needed to join"
    assert [word for word in words if word[-1].isdigit()][:2] == ["threshold 5", "-20.0"]
    for word in ("+14.0", "+12.0", "-3.0", "-1.0", "2.0", "Same phone", "May be two people of one family"):
        assert word in words
    assert " ".join(words).endswith("Not compared, because a value is missing: NHS number.")


def test_a_file_of_its_own_can_be_read_by_a_screen_reader() -> None:
    root = ET.fromstring(as_file(waterfall(SEEN)))
    names = {tag: root.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc")}
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == " ".join(node.get("id", "") for node in names.values() if node is not None)
    assert names["title"] is not None
    assert names["desc"] is not None
    assert SEEN.sentence in (names["desc"].text or "")
    assert "5 bits are needed to join" in (names["desc"].text or "")


def test_markup_in_a_label_stays_text() -> None:
    drawn = as_file(waterfall(told(("x", "<script>alert(1)</script> & more", 4.0))))
    assert b"<script" not in drawn
    ET.fromstring(drawn)


def many(seed: int) -> Account:
    """Any levels of our model with any bits, a label as long as people write them, and any threshold."""
    draw = random.Random(seed)
    chosen = draw.sample(COMPARISONS, draw.randrange(len(COMPARISONS)))
    found = [(c.name, draw.choice([level.label for level in c.levels]), draw.uniform(-25, 25)) for c in chosen]
    silent = [(c.name, NOT_COMPARED, 0.0) for c in COMPARISONS if c not in chosen]
    extra = [("x", LONG, draw.uniform(-9, 9)), ("relatives", relatives.LABEL, draw.uniform(-30, 0))]
    prior, threshold = -draw.uniform(0.5, 40), draw.uniform(0, 60)
    return told(*found, *silent, *extra[: draw.randrange(3)], prior=prior, threshold=threshold)


PLACES = """() => [...document.querySelectorAll('svg text')].map(word => {
    const box = word.getBoundingClientRect(), sheet = word.ownerSVGElement.getBoundingClientRect()
    return {text: word.textContent, width: sheet.width, height: sheet.height, left: box.left - sheet.left,
            right: box.right - sheet.left, top: box.top - sheet.top, bottom: box.bottom - sheet.top}})"""


@pytest.mark.chromium
@pytest.mark.parametrize("width", [1280, 400])
def test_no_word_is_cut_and_none_lies_over_another(browser: Any, width: int, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for seed in range(8):
        (tmp_path / "picture.svg").write_bytes(as_file(waterfall(many(seed))))
        page.goto((tmp_path / "picture.svg").as_uri())
        places = page.evaluate(PLACES)
        assert len(places) > 5
        assert places[0]["width"] <= width
        assert [place["text"] for place in places if _cut(place)] == []
        assert [(a["text"], b["text"]) for a, b in itertools.combinations(places, 2) if _over(a, b)] == []
    page.close()


def _cut(place: dict[str, float]) -> bool:
    beyond = place["right"] > place["width"] or place["bottom"] > place["height"]
    return beyond or min(place["left"], place["top"]) < 0


def _over(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two words share more than the slack that a line's box has around its letters."""
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 0.5 and down > 3


def test_the_threshold_is_a_line_beside_every_bar_and_over_no_word() -> None:
    canvas = waterfall(SEEN).canvas
    thin = [box for box in canvas.boxes if abs((box["end"] - box["start"]) * STRIP_END - 1.5) < 1e-6]
    lines = [box for box in thin if box["y2"] - box["y"] != BAR]
    assert len(lines) == 1 + 6  # under its name, and at the prior, four reasons and the weight
    assert len({round(box["start"], 9) for box in lines}) == 1
    middles = [word["y"] for word in canvas.words if word["x"] == 0]
    assert [box for box in lines for y in middles if box["y"] < y + 5 and box["y2"] > y - 6] == []
