"""How numbers are written."""

from __future__ import annotations

import pytest

from joinedup.releases.numbers import count, counted, has, interval, listed, many, percent, points


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0.0%"), (4404 / 6670, "66.0%"), (1, "100.0%"), (0.0004, "under 0.1%"), (0.0005, "0.1%"),
        (0.9994, "99.9%"), (0.9996, "over 99.9%"),
    ],
)  # fmt: skip
def test_some_is_never_rounded_to_none_nor_all_but_some_to_all(share, written):
    assert percent(share) == written


def test_counts_have_thousands_commas_and_their_share():
    assert count(1234567) == "1,234,567"
    assert counted(4404, 6670) == "4,404 (66.0%)"
    assert counted(0, 0) == "0"


def test_a_range_without_ends_says_why():
    assert interval(0.2822, 0.9423) == "28.2% to 94.2%"
    assert interval(None, None) == "no share: nobody was counted"
    assert points(0.66) == "66.0 points"


def test_words_follow_their_number():
    assert (many(1, "record"), many(2, "record"), many(0, "person", "people")) == ("1 record", "2 records", "0 people")
    assert (has(1), has(0)) == ("has", "have")
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
