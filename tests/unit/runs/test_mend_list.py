"""What a mend list finds for each gap, against a slow, plain reading of the same tables; and how it says it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup.codes import code_list
from joinedup.engine import DuckDBEngine
from joinedup.errors import ProjectError
from joinedup.runs.counting import ETHNICITY, NATIONALITY, OBSERVED, RunTables
from joinedup.runs.figures import make_figures
from joinedup.runs.mend_gaps import FIELDS, Gap, Material, Other, Tie, finding, gather
from joinedup.runs.mend_list import GapCounts, list_of, written
from joinedup.runs.mend_words import COLUMNS, Words
from joinedup.tables import CLUSTERS, CRIMES, PAIRS, PERSON_RECORDS, RETURNS, ROLES

Row = dict[str, Any]
LISTS = {
    ETHNICITY: code_list("self-defined-ethnicity"), OBSERVED: code_list("observed-ethnicity"),
    NATIONALITY: code_list("nationality"),
}  # fmt: skip
SAID = LISTS[ETHNICITY].substantive


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine()
    yield engine
    engine.close()


def tables_of(engine: DuckDBEngine, run: Row) -> RunTables:
    clusters = [{"record_id": record, "person_id": person} for record, person in run["clusters"].items()]
    given_rows = (run["records"], run["roles"], [], clusters, run.get("returns", []))
    shapes = (PERSON_RECORDS, ROLES, CRIMES, CLUSTERS, RETURNS)
    frames = [engine.frame(pa.Table.from_pylist(rows, t.schema)) for rows, t in zip(given_rows, shapes, strict=True)]
    return RunTables(*frames, rows_sent={})


def gathered(engine: DuckDBEngine, run: Row, system: str = "a") -> Material:
    pairs = engine.frame(pa.Table.from_pylist(run.get("pairs", []), PAIRS.schema))
    return gather(engine, tables_of(engine, run), pairs, system)


def cells(words: Words) -> list[dict[str, str]]:
    """The file as somebody reads it."""
    content = b"".join(written(words, list_of(words.material))).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


# A plain reading: of every record without an answer, what all other records of the person say.


def plain(run: Row, system: str) -> dict[tuple[str, str], tuple[str, set[str]]]:
    """By record and field: what was found, and the records that are shown as holding an answer."""
    found = {}
    for one in run["records"]:
        if one["system"] != system or _described_only(one, run["roles"]):
            continue
        person = run["clusters"].get(one["record_id"], one["record_id"])
        same = [r for r in run["records"] if run["clusters"].get(r["record_id"], r["record_id"]) == person]
        for field in FIELDS:
            if _answer(one, field) is None:
                found[one["record_id"], field] = _plain_finding([r for r in same if r is not one], field)
    return found


def _plain_finding(others: list[Row], field: str) -> tuple[str, set[str]]:
    holding = [r for r in others if _answer(r, field) is not None]
    free = [r for r in holding if r["restriction"] is None]
    answers, shown = {_answer(r, field) for r in holding}, {_answer(r, field) for r in free}
    if len(answers) == 1 and free:
        return "elsewhere", {r["record_id"] for r in free}
    if len(answers) > 1 and len(shown) > 1:
        return "conflicting", {r["record_id"] for r in free}
    return "nowhere", set()


def _answer(one: Row, field: str) -> Any:
    if field == NATIONALITY:
        return tuple(sorted(set(one["nationalities"] or ()))) or None
    return one[ETHNICITY] if one[ETHNICITY] in SAID else None


def _described_only(one: Row, roles: list[Row]) -> bool:
    parts = [r["identified"] for r in roles if r["record_id"] == one["record_id"]]
    return bool(parts) and all(identified is False for identified in parts)


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


@st.composite
def small_runs(draw: st.DrawFn) -> Row:
    ids = draw(st.lists(st.tuples(st.sampled_from("aab"), st.integers(0, 9)), unique=True, max_size=9))
    records = [
        {
            "record_id": f"{system}:{number}", "system": system, "local_id": str(number), "force": draw(maybe("X01")),
            "recorded_on": draw(maybe(date(2014, 1, 1), date(2015, 6, 1))),
            ETHNICITY: draw(maybe("W1", "A2", "NS", "??")), OBSERVED: draw(maybe("1", "4", "0")),
            "nationalities": draw(st.sampled_from([None, [], ["GBR"], ["PAK", "GBR"], ["GBR", "PAK"]])),
            "restriction": draw(maybe("DI AND ABOVE")), "died_on": draw(maybe(date(2020, 1, 1))),
        }
        for system, number in ids
    ]  # fmt: skip
    names = [r["record_id"] for r in records]
    roles = [
        {"crime_id": "a:1", "record_id": name, "role": draw(st.sampled_from(["suspect", "victim", "other"])),
         "identified": draw(maybe(True, False))}
        for name in names if draw(st.booleans())
    ]  # fmt: skip
    clusters = {name: draw(st.sampled_from(["p", "q"])) for name in names if draw(st.booleans())}
    return {"records": records, "roles": roles, "clusters": clusters}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(run=small_runs())
def test_every_gap_gets_what_a_plain_reading_finds_and_nothing_restricted_is_in_the_file(engine, run):
    if not any(one["system"] == "a" for one in run["records"]):
        return
    material = gathered(engine, run)
    lines = list_of(material)
    found = {(x.gap.record_id, x.field): (x.found.kind, {o.record_id for o in x.found.shown}) for x in lines}
    assert found == plain(run, "a")
    assert len(lines) == len(found)
    rows = cells(Words(material, LISTS, 0.0))
    assert [(row["record"], row["local_id"]) for row in rows] == [(x.gap.record_id, x.gap.local_id) for x in lines]
    hidden = {r["record_id"] for r in run["records"] if r["restriction"]}
    shown = "\n".join(cell for row in rows for name, cell in row.items() if name not in ("record", "local_id"))
    assert [record for record in hidden if record in shown] == []
    for row in rows:
        assert bool(row["value"]) == bool(row["held_by"]) == (row["found"] == "one answer elsewhere")
        assert row["value"] not in LISTS[OBSERVED].codes
        assert row["confirmed"] + row["confirmed_by"] + row["note"] == ""


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(run=small_runs())
def test_the_gaps_of_suspects_are_those_that_the_report_counts(engine, run):
    if not any(one["system"] == "a" for one in run["records"]):
        return
    figures = make_figures(tables_of(engine, run), engine.keep).to_pylist()
    counted = {f["measure"]: f["numerator"] for f in figures if f["area"] == "system:a"}
    suspects = [line for line in list_of(gathered(engine, run)) if line.gap.part == 0]
    for field, name in ((ETHNICITY, "self-defined-ethnicity"), (NATIONALITY, "nationality")):
        gaps = sum(line.field == field for line in suspects)
        assert gaps == counted.get(f"missing-{name}", 0)


def test_a_system_that_sent_nothing_is_refused_with_the_nearest_name(engine):
    run = {"records": [{"record_id": "custody:1", "system": "custody"}], "roles": [], "clusters": {}}
    with pytest.raises(ProjectError, match="Did you mean `custody`"):
        gathered(engine, run, "custdy")


def test_records_of_nobody_who_is_known_are_left_out_and_counted(engine):
    records = [{"record_id": f"a:{n}", "system": "a", "local_id": str(n)} for n in (1, 2)]
    roles = [{"crime_id": "a:1", "record_id": "a:1", "role": "suspect", "identified": False}]
    material = gathered(engine, {"records": records, "roles": roles, "clusters": {}})
    assert ([gap.record_id for gap in material.gaps], material.described_only) == (["a:2"], 1)


def test_a_reason_past_its_shelf_life_is_told_of_its_own_field(engine):
    run = {
        "records": [{"record_id": "a:1", "system": "a", "local_id": "1", "nationality_reason": "not_asked"}],
        "roles": [], "clusters": {},
        "returns": [{"table": "person_records", "record_id": "a:1", "rule": "reason-out-of-date",
                     "column": "nationality_reason"}],
    }  # fmt: skip
    told = {row["missing"]: row["why_missing_now"] for row in cells(Words(gathered(engine, run), LISTS, 0.0))}
    assert told == {
        "self-defined ethnicity": "not recorded",
        "nationality": "not asked; out of date: over 28 days since the arrest or charge",
    }


def test_ties_are_found_whichever_record_stands_left_and_a_key_is_told_beside_a_weight(engine):
    records = [{"record_id": f"{s}:1", "system": s, "local_id": "1", ETHNICITY: e}
               for s, e in (("b", None), ("a", "W1"), ("c", "W1"))]  # fmt: skip
    pairs = [("a:1", "b:1", None), ("a:1", "b:1", 7.5), ("b:1", "c:1", 3.0), ("a:1", "c:1", 9.0)]
    run = {
        "records": records, "roles": [], "clusters": dict.fromkeys(("a:1", "b:1", "c:1"), "p"),
        "pairs": [{"record_id_l": left, "record_id_r": right, "match_weight": w} for left, right, w in pairs],
    }  # fmt: skip
    assert gathered(engine, run, "b").ties == {("b:1", "a:1"): Tie(7.5, True), ("b:1", "c:1"): Tie(3.0, False)}


# How it is said.


def gap(**told: Any) -> Gap:
    whole = {
        "record_id": "a:1", "system": "a", "local_id": "1", "force": "X01", "person_id": "p", "part": 0,
        ETHNICITY: None, f"{ETHNICITY}_reason": "not_recorded", f"{ETHNICITY}_overdue": False,
        NATIONALITY: "[GBR]", "nationality_reason": "not_recorded", "nationality_overdue": False,
        OBSERVED: None, "dead": False, "restriction": None, "handling": None, "cluster_weight": None,
    }  # fmt: skip
    return Gap(**{**whole, **told})


def other(record_id: str, said: str | None = "A2", **told: Any) -> Other:
    whole = {
        "record_id": record_id, "system": record_id[0], "person_id": "p", "recorded_on": date(2020, 1, 2),
        ETHNICITY: said, NATIONALITY: None, OBSERVED: None, "restriction": None, "handling": None,
        "cluster_weight": None,
    }  # fmt: skip
    return Other(**{**whole, **told})


def words(one: Gap, others: Sequence[Other], ties: dict[str, Tie] | None = None, **told: Any) -> Words:
    tied = {(one.record_id, record): tie for record, tie in (ties or {}).items()}
    return Words(Material("a", [one], {"p": others}, tied, told.get("same", frozenset()), 0), LISTS, 0.0)


def row(one: Gap, *others: Other, **told: Any) -> dict[str, str]:
    (only,) = cells(words(one, others, **told))
    return only


def test_one_answer_is_shown_with_its_words_its_record_and_its_day():
    told = row(gap(), other("b:7"), other("c:8", recorded_on=None))
    assert (told["value"], told["label"]) == ("A2", "Asian, Asian British or Asian Welsh: Pakistani")
    assert (told["held_by"], told["recorded_on"], told["also_held_by"]) == ("b:7", "2020-01-02", "c:8")
    assert told["what_to_do"].startswith("Ask the person, or have the record named looked at.")


def test_two_answers_are_both_shown_and_none_is_proposed():
    told = row(gap(), other("b:7"), other("c:8", "W1"), other("d:9"))
    assert (told["found"], told["value"], told["held_by"]) == ("records disagree", "", "")
    assert told["disagreeing"] == (
        "A2 Asian, Asian British or Asian Welsh: Pakistani, in b:7 (2020-01-02), d:9 (2020-01-02) | "
        "W1 White: English, Welsh, Scottish, Northern Irish or British, in c:8 (2020-01-02)"
    )


def test_what_an_officer_saw_is_shown_as_that_and_never_proposed():
    seen = [other(record, None, observed_ethnicity="4") for record in ("a:1", "b:7")]  # a:1 is the gap's own record
    told = row(gap(observed_ethnicity="4"), *seen)
    assert (told["value"], told["found"]) == ("", "none that can be shown")
    assert told["seen_by_an_officer_never_copy"] == "4 Asian, in this record, b:7 (2020-01-02)"


def test_several_nationalities_are_one_answer():
    one = gap(self_defined_ethnicity="W1", nationality=None)
    told = row(one, other("b:7", nationality="[GBR, IRL]"))
    assert (told["value"], told["label"]) == ("GBR; IRL", "United Kingdom; Ireland")


@pytest.mark.parametrize(
    "others",
    [
        [other("b:7", restriction="DI AND ABOVE")],
        [other("b:7"), other("c:8", "W1", restriction="DI AND ABOVE")],  # what it denies is not proposed either
    ],
)
def test_what_a_restricted_record_says_is_neither_shown_nor_given_away(others):
    told = row(gap(), *others)
    assert (told["found"], told["value"], told["held_by"], told["disagreeing"]) == (
        "none that can be shown",
        "",
        "",
        "",
    )
    assert told == row(gap())
    assert finding(gap(), ETHNICITY, others).withheld


def test_conditions_of_the_records_named_stand_beside():
    told = row(gap(restriction="UNIT ONLY", handling="P1"), other("b:7", handling="P2"))
    assert told["restriction_and_handling"] == (
        "this record is restricted: UNIT ONLY | handling of this record: P1 | handling of b:7: P2"
    )


@pytest.mark.parametrize(
    ("ties", "weights", "says", "bits"),
    [
        ({"b:7": Tie(12.34, False)}, (1.0, 1.0), "compared: almost certain, over 1,000 to 1", "12.3"),
        ({"b:7": Tie(5.0, False)}, (None, None), "compared: likely, over 30 to 1", "5.0"),
        ({"b:7": Tie(4.9, False)}, (None, None), "compared: in doubt, under 30 to 1", "4.9"),
        ({"b:7": Tie(-3.0, False)}, (8.0, 6.0), "through other records: likely, over 30 to 1", "6.0"),
        ({}, (None, 2.0), "through other records: in doubt, under 30 to 1", "2.0"),
        ({"b:7": Tie(1.0, True)}, (None, None), "by key: the only suspect of one crime in both systems", ""),
        ({}, (None, None), "through other records, by key", ""),
    ],
)
def test_how_sure_the_join_is_stands_in_words_and_bits(ties, weights, says, bits):
    mine, theirs = weights
    told = row(gap(cluster_weight=mine), other("b:7", cluster_weight=theirs), ties=ties)
    assert (told["how_sure_it_is_one_person"], told["bits"]) == (says, bits)
    assert told["what_to_do"].startswith("First make sure") == ("in doubt" in says)


def test_a_judgement_of_a_person_goes_before_a_weight():
    told = row(gap(), other("b:7"), ties={"b:7": Tie(1.0, False)}, same=frozenset({("a:1", "b:7")}))
    assert told["how_sure_it_is_one_person"] == "somebody judged them to be one person"


def test_records_that_disagree_are_as_sure_as_the_least_sure_of_them():
    ties = {"b:7": Tie(20.0, False), "c:8": Tie(3.0, False)}
    told = row(gap(), other("b:7"), other("c:8", "W1"), ties=ties)
    assert (told["bits"], told["what_to_do"].startswith("First make sure")) == ("3.0", True)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({}, "Nobody else holds one that can be shown: ask the person."),
        ({f"{ETHNICITY}_reason": "refused"}, "The person would not say. That is an answer: leave it."),
        ({"dead": True}, "The person is recorded as dead: ask nobody, and record that it is not known."),
        ({"part": 1}, "Nobody else holds one that can be shown: ask the person. Ask when it can be asked with care; "
                      "help never waits for it."),
        ({f"{ETHNICITY}_reason": "unmapped"}, "Your record holds something that no list has: look at that first. "
                                              "Nobody else holds one that can be shown: ask the person."),
    ],
)  # fmt: skip
def test_what_to_do_depends_on_why_it_is_missing_and_of_whom(about, says):
    assert row(gap(**about))["what_to_do"] == says


def test_suspects_stand_first_and_of_them_records_with_something_to_confirm():
    people = {"p": [other("b:7")], "q": []}
    gaps = [
        gap(record_id="a:1", local_id="1", part=1), gap(record_id="a:2", local_id="2", person_id="q"),
        gap(record_id="a:3", local_id="3"), gap(record_id="a:4", local_id="4", person_id="q", nationality=None),
    ]  # fmt: skip
    lines = list_of(Material("a", gaps, people, {}, frozenset(), 0))
    assert [line.gap.local_id for line in lines] == ["3", "2", "4", "4", "1"]


def test_a_live_formula_is_made_harmless_and_cells_keep_their_quotation_marks():
    one = gap(record_id='a:=1+"2"', local_id='=1+"2"', handling="@now")
    assert row(one)["local_id"] == '\'=1+"2"'


def test_counts_add_up():
    found = [finding(gap(), ETHNICITY, others) for others in (
        [other("b:7")], [other("a:9")], [other("b:7"), other("c:8", "W1")], [], [other("b:7", restriction="x")],
    )]  # fmt: skip
    counts = GapCounts.of(found)
    assert counts == GapCounts(gaps=5, elsewhere=2, conflicting=1, nowhere=2, withheld=1, own=1)
    assert counts.gaps == counts.elsewhere + counts.conflicting + counts.nowhere


def test_every_column_of_the_file_is_told_on_the_page_of_gaps():
    page = Path(__file__).parents[3] / "docs" / "how-to" / "fill-gaps.md"
    text = page.read_text(encoding="utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in text] == []
