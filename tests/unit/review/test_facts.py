"""What is known of every case at once is what plain Python finds of each; and the rules agree with themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup import tables
from joinedup.review.deciding import fired, hits_of, plain_note_facts, with_notes
from joinedup.review.facts import READS, facts
from joinedup.review.facts_plain import plain_facts
from joinedup.review.rules import rules

DAYS = st.sampled_from([None, date(2009, 12, 31), date(2010, 1, 1), date(2012, 6, 15), date(2025, 3, 31)])
BORN = st.sampled_from(
    [None, date(1880, 1, 1), date(1980, 1, 1), date(1996, 6, 15), date(1996, 6, 16), date(1999, 2, 1)]
)
CLASSES = st.sampled_from([None, "019/07", "022/06", "022/12", "020/05", "046/00", "N100", "GROUP", "cancelled"])
TEXTS = st.sampled_from([
    None, "", "NFA", "She is said to have consented.", "She did not consent.", "Suspect not yet interviewed.",
    "A second male is mentioned.", "Action outstanding.", "No account taken.", "Independent review completed.",
])  # fmt: skip


def row(**values: Any) -> Any:
    return st.fixed_dictionaries(
        {name: one if hasattr(one, "example") else st.just(one) for name, one in values.items()}
    )


CRIMES = st.sampled_from(["c1", "c2", "c3", "unknown"])
RECORDS = st.sampled_from(["r1", "r2", "r3", "r4"])
WORLDS = st.fixed_dictionaries({
    "crimes": st.tuples(*(
        row(crime_id=name, force=st.sampled_from([None, "X01", "X02"]), recorded_on=DAYS, offence_from=DAYS,
            offence_to=DAYS, ho_class=CLASSES, cjs_code=st.sampled_from([None, "SX03025", "SX03001"]),
            cse_flag=st.sampled_from([None, True, False]),
            outcome=st.sampled_from([None, "0", "1", "2", "5", "14", "16", "18"]), outcome_on=DAYS, closed_reason=TEXTS)
        for name in ("c1", "c2", "c3")
    )).map(list),
    "roles": st.lists(row(
        crime_id=CRIMES, record_id=RECORDS, role=st.sampled_from(["suspect", "offender", "victim", "witness"]),
        stage=st.sampled_from([None, "named", "interviewed", "charged"]), stated_age=st.sampled_from([None, 12, 17]),
        age_low=st.sampled_from([None, 15]), age_high=st.sampled_from([None, 25]),
        identified=st.sampled_from([None, True, False])), max_size=9),
    "person_records": st.lists(row(
        record_id=RECORDS, dob=BORN, dob_precision=st.sampled_from(["day", "month", "year"]), died_on=DAYS),
        max_size=4, unique_by=lambda one: one["record_id"]),
    "clusters": st.lists(row(record_id=RECORDS, person_id=st.sampled_from(["p1", "p2"])), max_size=4,
                         unique_by=lambda one: one["record_id"]),
    "charges": st.lists(row(
        crime_id=CRIMES, cjs_code=st.sampled_from([None, "SX03025", "SX03001"]), ho_class=CLASSES,
        replaces=st.sampled_from([None, "SX03001"]), ended_reason=st.sampled_from([None, " Discontinued", "Other"])),
        max_size=3),
    "classifications": st.lists(row(crime_id=CRIMES, from_class=CLASSES, to_class=CLASSES), max_size=3),
    "notes": st.lists(row(crime_id=CRIMES, text=TEXTS), max_size=4),
})  # fmt: skip


def arrow(world: dict[str, list[dict[str, Any]]]) -> dict[str, pa.Table]:
    return {
        name: pa.Table.from_pylist(world[name], schema=pa.schema([tables.named(name).schema.field(c) for c in columns]))
        for name, columns in READS.items()
    }


NO_IDS = pa.array([], pa.string())


@given(WORLDS)
@settings(max_examples=80, deadline=None)
def test_the_quick_way_finds_the_facts_that_plain_python_finds(world: dict[str, list[dict[str, Any]]]) -> None:
    found = facts(arrow(world)).to_pylist()
    assert found == [plain_facts(world, crime["crime_id"]) for crime in world["crimes"]]


@given(WORLDS)
@settings(max_examples=40, deadline=None)
def test_every_rule_says_of_all_cases_at_once_what_it_says_of_each(world: dict[str, list[dict[str, Any]]]) -> None:
    given_ = arrow(world)
    known = with_notes(facts(given_), given_["notes"], NO_IDS, NO_IDS)
    for place, one in enumerate(known.to_pylist()):
        texts = [row["text"] or "" for row in world["notes"] if row["crime_id"] == one["crime_id"]]
        plain = plain_note_facts(texts, one["closed_reason"])
        assert {name: one[name] for name in plain} == plain
        told = [hit.rule for hit in hits_of(one, rules())]
        assert told == [rule.name for rule, hit in zip(rules(), fired(known, rules())[place], strict=True) if hit]


def test_review_reads_no_protected_column() -> None:
    for name, columns in READS.items():
        assert set(columns) <= set(tables.named(name).unprotected())


def test_crimes_may_be_many() -> None:
    """Numbers of persons times numbers of crimes pass what 32 bits hold."""
    count = 70_000
    named = [{"crime_id": f"c{at}", "record_id": f"r{at % (count - 1)}", "role": "suspect"} for at in range(count)]
    child = {"crime_id": f"c{count - 1}", "record_id": "v", "role": "victim", "stated_age": 12}
    crimes = [
        {"crime_id": f"c{at}", "force": f"X0{1 + at % 2}", "recorded_on": date(2010, 1, 1 + (at == count - 1)),
         "outcome_on": date(2010, 1, 1)}
        for at in range(count)
    ]  # fmt: skip
    world: dict[str, list[dict[str, Any]]] = {name: [] for name in READS}
    found = facts(arrow({**world, "crimes": crimes, "roles": [*named, child]}))
    assert found["later_child_reports"].to_pylist() == [1] + [0] * (count - 1)
    assert found["later_other_forces"].to_pylist() == [1] + [0] * (count - 1)


@pytest.mark.parametrize(
    ("born", "ages", "child"),
    [(date(1999, 6, 16), (12, 12), True), (date(1880, 1, 1), (None, None), True), (date(1985, 1, 1), (27, 27), True)],
)
def test_the_class_says_that_a_victim_was_a_child_whatever_the_birth_date(
    born: date, ages: tuple[int | None, int | None], child: bool
) -> None:
    world: dict[str, list[dict[str, Any]]] = {name: [] for name in READS}
    crime = {"crime_id": "c", "offence_from": date(2012, 6, 15), "ho_class": "022/06"}
    role = {"crime_id": "c", "record_id": "r", "role": "victim"}
    person = {"record_id": "r", "dob": born, "dob_precision": "day"}
    (one,) = facts(arrow({**world, "crimes": [crime], "roles": [role], "person_records": [person]})).to_pylist()
    assert (one["victim_age_low"], one["victim_age_high"]) == ages
    assert one["child_victim"] is child


@pytest.mark.parametrize("limit", [13, 16, 18])
def test_a_victim_is_under_an_age_until_the_day_of_the_birthday(limit: int) -> None:
    """Two victims who turn `limit` on the day of the offence and on the day after it."""
    name = {13: "victim_under_13", 16: "victim_under_16", 18: "child_victim"}[limit]
    world: dict[str, list[dict[str, Any]]] = {name: [] for name in READS}
    for day, under in ((15, False), (16, True)):
        given_ = {
            **world,
            "crimes": [{"crime_id": "c", "offence_from": date(2012, 6, 15), "ho_class": "020/05"}],
            "roles": [{"crime_id": "c", "record_id": "r", "role": "victim"}],
            "person_records": [{"record_id": "r", "dob": date(2012 - limit, 6, day), "dob_precision": "day"}],
        }
        assert facts(arrow(given_)).to_pylist()[0][name] is under
