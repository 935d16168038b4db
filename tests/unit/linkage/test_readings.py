"""Double reading: who is offered what a second time, and what is made of both readings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from joinedup import tables
from joinedup.linkage.judgements import VERDICTS
from joinedup.linkage.readings import FIRST, SECOND, SHARE, chosen, draw, due, read_twice, reading_of

SALT = bytes(range(32))
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
PAIRS = [(f"a:{n}", f"b:{n}") for n in range(10_000)]
TWICE = [pair for pair in PAIRS if chosen(pair, SALT)]
ONCE = [pair for pair in PAIRS if not chosen(pair, SALT)]


def judged(*rows: tuple[tuple[str, str], str, str, int | None], **more: Any) -> pa.Table:
    """Each: the pair, the verdict, the account, which reading."""
    made = [
        {"number": n, "record_id_l": pair[0], "record_id_r": pair[1], "verdict": verdict, "by": by, "why": "x",
         "at": NOON + dt.timedelta(hours=n), "reading": reading} | more
        for n, (pair, verdict, by, reading) in enumerate(rows, start=1)
    ]  # fmt: skip
    return pa.Table.from_pylist(made, schema=tables.JUDGEMENTS.schema)


def test_about_a_tenth_is_chosen_and_another_project_chooses_others() -> None:
    spread = (SHARE * (1 - SHARE) / len(PAIRS)) ** 0.5
    assert abs(len(TWICE) / len(PAIRS) - SHARE) < 4 * spread
    other = [pair for pair in TWICE if chosen(pair, SALT[::-1])]
    assert len(other) / len(TWICE) < 3 * SHARE


def test_a_pair_and_its_ids_run_together_otherwise_are_two_pairs() -> None:
    assert draw(("a:1", "b:1"), SALT) != draw(("a:1b", ":1"), SALT)


def test_a_chosen_pair_is_due_to_everybody_but_its_first_reader_until_somebody_reads_it() -> None:
    first = (TWICE[0], "same", "j.doe", FIRST)
    assert due(judged(first), "j.doe", SALT) == ()
    assert due(judged(first), "k.roe", SALT) == (TWICE[0],)
    read = judged(first, (TWICE[0], "same", "k.roe", SECOND))
    assert due(read, "m.poe", SALT) == ()
    assert due(judged(first, retired_at=NOON), "k.roe", SALT) == ()


def test_due_pairs_come_in_an_order_that_their_verdicts_do_not_show() -> None:
    rows = [(pair, VERDICTS[n % 3], "j.doe", FIRST) for n, pair in enumerate(TWICE[:30])]
    assert due(judged(*rows), "k.roe", SALT) == tuple(sorted(TWICE[:30], key=lambda pair: draw(pair, SALT)))


@pytest.mark.parametrize(
    ("before", "by", "reading"),
    [
        ([], "j.doe", FIRST),
        ([("same", "j.doe", FIRST)], "k.roe", SECOND),
        ([("same", "j.doe", FIRST)], "j.doe", None),
        ([("same", "j.doe", None)], "k.roe", None),
        ([("same", "j.doe", FIRST), ("different", "k.roe", SECOND)], "m.poe", None),
    ],
    ids=["nobody yet", "another", "the same again", "brought from elsewhere", "a third"],
)
def test_which_reading_a_judgement_is_follows_from_who_judged_before(
    before: list[tuple[str, str, int | None]], by: str, reading: int | None
) -> None:
    assert reading_of(judged(*((TWICE[0], *one) for one in before)), TWICE[0], by, SALT) == reading


def test_a_pair_that_is_not_chosen_has_no_reading() -> None:
    assert reading_of(judged(), ONCE[0], "j.doe", SALT) is None


def test_both_readings_are_counted_by_verdict_and_a_reading_alone_is_not() -> None:
    one, two, three, four = TWICE[:4]
    rows = [
        (one, "same", "j.doe", FIRST), (one, "different", "k.roe", SECOND), (two, "same", "j.doe", FIRST),
        (two, "same", "k.roe", SECOND), (three, "unsure", "j.doe", FIRST), (four, "different", "m.poe", None),
    ]  # fmt: skip
    assert read_twice(judged(*rows)) == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert read_twice(judged(*rows, retired_at=NOON)) == [[0, 0, 0]] * 3
