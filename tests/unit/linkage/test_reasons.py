"""Why a pair weighs what it weighs: words from the levels, numbers that add up, and no word about what is missing."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.linkage import namesakes, relatives
from joinedup.linkage.model import COMPARISONS, NOT_COMPARED, OTHER_ORDER
from joinedup.linkage.reasons import Account, Reason, Terms, account, adding_up


def evidence(*found: tuple[str, str, float]) -> list[dict[str, Any]]:
    return [{"comparison": name, "level": level, "weight": bits} for name, level, bits in found]


SEEN = evidence(
    ("dob", "same date of birth", 11.44),
    ("surname", "surname nearly the same", 6.83),
    ("phones", "same phone", 13.08),
    ("id_pnc", "two different PNC numbers", -6.61),
    ("home", NOT_COMPARED, 0.0),
    ("relatives", relatives.LABEL, -2.22),
)
WEIGHT = 11.44 + 6.83 + 13.08 - 6.61 - 2.22 - 21.8  # 0.72


def told(found: list[dict[str, Any]], weight: float, **finer: str) -> Account:
    return account(found, weight, Terms(-21.8, 5.0), finer)


def test_the_sentence_tells_what_speaks_for_and_against_strongest_first() -> None:
    found = told(SEEN, WEIGHT, surname="surname one letter apart")
    assert found.sentence == (
        "Same phone; same date of birth; surname one letter apart; 31.3 bits for, prior -21.8."
        " Against: two different PNC numbers; may be two people of one family; 8.8 bits. 0.7 in all."
    )
    assert found.speaks_for == (
        Reason("phones", "same phone", 13.08),
        Reason("dob", "same date of birth", 11.44),
        Reason("surname", "surname one letter apart", 6.83),
    )
    assert found.speaks_against == (Reason("id_pnc", "two different PNC numbers", -6.61),)
    assert found.steps == (Reason("relatives", "may be two people of one family", -2.22),)
    assert found.not_compared == ("address",)


def test_the_exact_numbers_add_up_to_the_weight() -> None:
    found = told(SEEN, WEIGHT)
    assert found.total_for == pytest.approx(13.08 + 11.44 + 6.83)
    assert found.total_against == pytest.approx(-6.61 - 2.22)
    assert found.prior + found.total_for + found.total_against == pytest.approx(found.match_weight, abs=1e-9)
    assert [one.bits for one in found.reasons] == [13.08, 11.44, 6.83, -2.22, -6.61]


def test_nothing_for_and_nothing_against_are_said_too() -> None:
    assert told(evidence(("sex", "different sex", -5.1)), -26.9).sentence == (
        "Nothing speaks for one person; 0.0 bits for, prior -21.8. Against: different sex; 5.1 bits. -26.9 in all."
    )
    assert told(evidence(("sex", "same sex", 0.9)), -20.9).sentence == (
        "Same sex; 0.9 bits for, prior -21.8. Nothing speaks against it. -20.9 in all."
    )


BITS = st.floats(-60, 60).map(lambda bits: round(bits, 6))


@given(st.lists(BITS, min_size=1, max_size=20))
def test_rounded_parts_add_up_to_the_rounded_whole_and_stay_near_themselves(parts: list[float]) -> None:
    whole = math.fsum(parts)
    shown = adding_up(parts, whole)
    assert round(math.fsum(shown), 6) == round(whole, 1)
    assert all(abs(one - part) <= 0.1 + 1e-9 for one, part in zip(shown, parts, strict=True))
    assert [round(one, 1) for one in shown] == shown


@given(st.lists(BITS, max_size=15), st.floats(-30, -1), st.floats(-0.05, 0))
def test_what_is_shown_adds_up_to_what_is_shown(bits: list[float], prior: float, step: float) -> None:
    seen = evidence(*((f"c{n}", f"found {n}", own) for n, own in enumerate(bits)))
    seen += evidence((namesakes.NAME, NOT_COMPARED, round(step, 6)))
    weight = round(math.fsum([prior, *(one["weight"] for one in seen)]), 6)
    exact = account(seen, weight, Terms(prior, 0.0))
    shown = exact.rounded()
    assert math.fsum([prior, *(one.bits for one in exact.reasons)]) == pytest.approx(weight, abs=1e-5)
    assert round(shown.prior + sum(one.bits for one in shown.reasons), 6) == shown.match_weight == round(weight, 1)
    assert round(shown.prior + shown.total_for + shown.total_against, 6) == shown.match_weight


def test_a_step_that_takes_next_to_nothing_counts_and_is_not_talked_of() -> None:
    found = told([*evidence(("sex", "same sex", 0.9)), *evidence((namesakes.NAME, NOT_COMPARED, -0.02))], -20.92)
    assert found.steps == (Reason("namesakes", "a name that several people bear", -0.02),)
    assert found.rounded().steps == ()
    assert "several people" not in found.sentence


@pytest.mark.parametrize(
    ("silent", "forename", "named"),
    [
        (("surname", "birth_year", "generation", "phones"), OTHER_ORDER, ("phone",)),
        (("surname", "birth_year", "generation", "phones"), "same forename", ("surname", "phone")),
        (("dob", "birth_year", "id_nhs"), "same forename", ("date of birth", "NHS number")),
        (("home", "emails", "any_column"), "same forename", ("address", "e-mail address", "any column")),
    ],
)
def test_fields_are_named_that_a_record_lacks_and_no_others(
    silent: tuple[str, ...], forename: str, named: tuple[str, ...]
) -> None:
    seen = evidence(("forename", forename, 9.0), *((name, NOT_COMPARED, 0.0) for name in silent))
    assert told(seen, -12.8).not_compared == named


def test_a_model_that_somebody_brought_speaks_in_its_own_words() -> None:
    seen = evidence(("given", "Jaro-Winkler > 0.9", 4.2))
    assert told(seen, -17.6).speaks_for == (Reason("given", "Jaro-Winkler > 0.9", 4.2),)


def test_every_label_of_our_model_is_words_and_tells_levels_apart() -> None:
    for comparison in COMPARISONS:
        labels = [level.label for level in comparison.levels]
        assert len(set(labels)) == len(labels)
        assert [label for label in labels if not re.fullmatch(r"[A-Za-z,' -]+", label)] == []
