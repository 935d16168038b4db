"""Every shipped rule: its failing example fires it, its passing example does not, and the clean submission is clean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from joinedup import tables
from joinedup.errors import Place
from joinedup.gate import example, plain, rulebook
from joinedup.gate.rules import SEVERITIES, Rule
from joinedup.gate.structural import READER
from joinedup.sources.plain import map_without_toml
from joinedup.sources.settings import Lists, Settings
from joinedup.sources.targets import Builder

BOOK = rulebook()
RULES = list(BOOK.rules.values())
JUDGED = [rule for rule in RULES if rule.name not in READER]
OF_ROWS = [rule for rule in RULES if rule.when]

INVENTED = Settings(Lists(invented=True), Path("."))
TAKEN_EARLIER = {
    "person_records": [{"record_id": "P9", "source_file": "last-month/person_records.csv"}],
    "crimes": [{"crime_id": "C9", "source_file": "last-month/crimes.csv"}],
}
"""Keys that the examples of `key-seen-before` and `crime-seen-before` speak of."""


def read(table: str, texts: Sequence[Mapping[str, str]]) -> list[dict[str, object]]:
    """Rows of a table from the texts of a sender, by the same functions that read an extract."""
    columns = list(dict.fromkeys(name for row in texts for name in row))
    source = map_without_toml(Path(f"{table}.csv"), columns, "")
    raw = {name: name for name in columns}
    builder = Builder(source, source.tables[0], INVENTED, raw, Place(file=f"{table}.csv"))
    maps, constants = builder.maps(), builder.constants()
    rows = []
    for place, row in enumerate(texts):
        made: dict[str, object] = {column.name: constants.get(column.name) for column in tables.named(table).columns}
        for one in maps:
            made |= dict(zip(one.gives, one.function(*[row.get(c) for c in one.columns]), strict=True))
        rows.append(made | {"system": "", "source_file": f"{table}.csv", "source_row": place + 2})
    return rows


def reasons(given: Mapping[str, Sequence[Mapping[str, str]]], mode: str = "new") -> list[plain.Reason]:
    rows = {table: read(table, texts) for table, texts in example.submission(given).items()}
    return plain.judge(rows, BOOK, plain.Terms(mode, example.AS_OF, invented=True), TAKEN_EARLIER)


def fired(given: Mapping[str, Sequence[Mapping[str, str]]]) -> set[str]:
    return {reason.rule for reason in reasons(given)}


def returned(given: Mapping[str, Sequence[Mapping[str, str]]], mode: str = "new") -> set[str]:
    return {reason.rule for reason in reasons(given, mode) if reason.severity == "returned"}


def ids(rule: Rule) -> str:
    return rule.name


def test_the_clean_submission_is_returned_nothing() -> None:
    assert returned({}) == set()
    assert fired({}) == {"outcome-none-yet"}  # its crime is still open


@pytest.mark.parametrize("rule", JUDGED, ids=ids)
def test_the_failing_example_fires_the_rule(rule: Rule) -> None:
    assert rule.fails
    found = [reason for reason in reasons(rule.fails) if reason.rule == rule.name]
    assert {reason.severity for reason in found} == {rule.new}
    assert rule.table is None or {reason.table for reason in found} == {rule.table}


@pytest.mark.parametrize("rule", OF_ROWS, ids=ids)
def test_the_passing_example_is_let_in(rule: Rule) -> None:
    assert rule.passes
    assert rule.name not in fired(rule.passes)
    assert returned(rule.passes) == set()


@pytest.mark.parametrize("rule", [r for r in OF_ROWS if r.new == "marked"], ids=ids)
def test_the_failing_example_of_a_rule_that_marks_is_let_in_unless_another_rule_returns_it(rule: Rule) -> None:
    assert rule.historic in ("marked", "off")
    assert rule.name not in returned(rule.fails)


@pytest.mark.parametrize("rule", OF_ROWS, ids=ids)
def test_nothing_but_structure_is_returned_of_the_past(rule: Rule) -> None:
    assert {BOOK.rules[name].structural for name in returned(rule.fails, "historic")} <= {True}


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_a_rule_is_written_for_an_officer(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.new in SEVERITIES
    for text in (rule.protects, rule.message, rule.remedy, rule.source):
        assert text
        assert not re.search(r"[{}]|\bplease\b|\binvalid\b|\bS\d+\b", text)
    assert rule.message.endswith(".") and rule.remedy.endswith(".")
    assert len(rule.message) <= 140 and len(rule.remedy) <= 240


def test_names_are_given_once() -> None:
    folder = Path(rulebook.__code__.co_filename).parent / "rulebook"
    names = [name for path in folder.glob("*.toml") for name in re.findall(r'^name = "(.*)"$', path.read_text(), re.M)]
    assert len(names) == len(set(names)) == len(RULES)


def test_no_rule_asks_which_ethnicity_or_nationality_it_is() -> None:
    values = {"self_defined_ethnicity", "observed_ethnicity", "nationalities"}
    for rule in OF_ROWS:
        for check in rule.checks():
            for condition in check.when:
                if condition.columns & values:
                    assert type(condition).__name__ == "IsMissing"


TRUTHFUL = {
    "a child recorded on the day of birth": {
        "person_records": [{}, {"dob": "2026-02-03"}],
        "crimes": {"cjs_code": "", "ho_class": "195/94"},
        "roles": [{}, {"stated_age": ""}],
    },
    "a child recorded before birth": {
        "person_records": [{}, {}, {"local_id": "P3", "dob": "2026-01-14", "recorded_on": "2025-11-20"}],
        "roles": [{}, {}, {"record_id": "P3", "role": "other", "stage": "", "stage_on": ""}],
    },
    "a person with one name": {"person_records": {"forenames": "", "surname": "Sukarnivati"}},
    "a person without a home": {"person_records": {"postcode": "NF1 1NF", "phones": ""}},
    "a person who would not say": {
        "person_records": {"self_defined_ethnicity": "Prefer not to say", "nationalities": "Refused"}
    },
    "a person of two nationalities": {"person_records": {"nationalities": "British; Pakistani"}},
    "a person known by the year of birth": {"person_records": {"dob": "1970"}},
    "a person who died long ago": {"person_records": {"dob": "1888-04-17", "died_on": "1961-02-01"}},
    "a suspect known only by description": {
        "person_records": {"forenames": "", "surname": "", "dob": "", "self_defined_ethnicity": ""},
        "roles": {"identified": "no", "stage": "", "stage_on": "", "age_low": "35", "age_high": "40"},
    },
    "an arrest years later, with the age at arrest": {
        "crimes": {"recorded_on": "2014-02-03", "offence_from": "2014-01-20", "cjs_code": "", "ho_class": "049/10"},
        "person_records": [{"recorded_on": "2014-02-03"}, {"recorded_on": "2014-02-03"}],
        "roles": [{"stated_age": "37"}, {"stated_age": ""}],
    },
    "an adult who reports what was done to her as a child": {
        "crimes": {"offence_from": "1994-06-01", "offence_to": "1995-08-31"},
        "person_records": [{"dob": "1961-04-17"}, {"dob": "1980-09-30", "id_child": ""}],
        "roles": [{}, {"stated_age": "45"}],
    },
    "two victims, of whom one is of the offence's age": {
        "person_records": [{}, {}, {"local_id": "P3", "surname": "Marrow", "dob": "2002-05-02", "sex": "F"}],
        "roles": [{}, {}, {"record_id": "P3", "role": "victim", "stage": "", "stage_on": ""}],
    },
    "a charge with an alternate offence": {"crimes": {"outcome": "1A", "outcome_on": "2026-03-20"}},
    "a crime recorded the day after the caution": {
        "crimes": {"outcome": "3", "recorded_on": "2026-02-03", "outcome_on": "2026-02-02"}
    },
    "an attempt under the class of the attempt": {"crimes": {"cjs_code": "SX03001A", "ho_class": "019/11"}},
    "a theft": {"crimes": {"cjs_code": "", "ho_class": "046/00", "cse_flag": ""}},
}  # fmt: skip
"""Ordinary rows that a rule could wrongly take for faults."""


@pytest.mark.parametrize("case", TRUTHFUL)
def test_truthful_rows_are_never_returned(case: str) -> None:
    rows = {table: [one] if isinstance(one, dict) else one for table, one in TRUTHFUL[case].items()}
    assert returned(rows) == set()


@pytest.mark.parametrize(("age", "fires"), [(12, True), (13, False), (15, False), (16, True)])
def test_a_stated_age_may_be_a_year_off(age: int, fires: bool) -> None:
    assert ("stated-age-contradicts" in fired({"roles": [{}, {"stated_age": str(age)}]})) == fires
