"""Every figure of a run against a slow, plain count of the same definitions, one record at a time.

`JOINEDUP_SCALE=full` draws 100 runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup.codes import GROUPS, code_list, ethnic_group
from joinedup.statistics.methods import JOINED, OWN, PEOPLE
from joinedup.tables import FIGURES
from tests.unit.runs.plain_core import plain_core

RUNS = 100 if os.environ.get("JOINEDUP_SCALE") == "full" else 10
Rows = list[dict[str, Any]]
SUSPECTED = {"suspect", "offender"}
ORDER = ["named", "interviewed", "arrested", "charged", "acquitted", "convicted"]
REAL = {
    column: code_list(name).substantive
    for column, name in (
        ("self_defined_ethnicity", "self-defined-ethnicity"),
        ("observed_ethnicity", "observed-ethnicity"),
        ("sex", "sex"),
    )
}
Figure = tuple[int, int, int]


def plain(run: dict[str, Any]) -> dict[tuple[str, ...], Figure]:
    """Every figure by its key, counted one record at a time."""
    roles, clusters = run["roles"], run["clusters"]
    people = [{**r, **_values(r), "person": clusters.get(r["record_id"], r["record_id"])} for r in run["records"]]
    suspects = [s for s in (_suspect(r, people, roles, run["crimes"]) for r in people) if s]
    found: dict[tuple[str, ...], Figure] = {}
    for where, chosen in _parts(suspects, years=True):
        for column, name in _NAMES.items():
            gaps = [s for s in chosen if s[column] is None]
            found[_key(f"missing-{name}", where=where)] = (len(gaps), len(chosen), 0)
    for where, chosen in _parts(suspects, years=False):
        _gap_figures(found, where, chosen)
    for column in ("sde", "nationality"):
        gaps = [s for s in suspects if s[column] is None]
        for reason in {s[f"{column}_why"] for s in gaps}:
            same = [s for s in gaps if s[f"{column}_why"] == reason]
            found[_key(f"reason-{_NAMES[column]}", where={"group": reason})] = (len(same), len(suspects), 0)
    _conflict_figures(found, people)
    _share_figures(found, people, suspects)
    _people_figures(found, [p for p in people if _is_somebody(p, roles)], suspects)
    _returned_figures(found, run["returns"], run["rows_sent"])
    _keyed_figures(found, {p["record_id"]: p for p in people}, roles, run["keyed"])
    return found | plain_core(people, roles, run["crimes"])


_NAMES = {"sde": "self-defined-ethnicity", "observed": "observed-ethnicity", "nationality": "nationality"}
_FIELDS = ("measure", "population", "unit", "stage", "period", "area", "group", "method")


def _key(
    measure: str,
    population: str = "suspects",
    unit: str = "record",
    method: str = OWN,
    where: dict[str, str] | None = None,
) -> tuple[str, ...]:
    cell = {"stage": "all", "period": "all", "area": "all", "group": "all", **(where or {})}
    return (measure, population, unit, cell["stage"], cell["period"], cell["area"], cell["group"], method)


def _values(r: dict[str, Any]) -> dict[str, Any]:
    sde, listed = r["self_defined_ethnicity"], r["nationalities"]
    if sde is None:
        why = r["self_defined_ethnicity_reason"] or "not_recorded"
    else:
        why = "refused" if sde == "NS" else "unmapped"
    return {
        "sde": sde if sde in REAL["self_defined_ethnicity"] else None,
        "sde_why": why,
        "observed": r["observed_ethnicity"] if r["observed_ethnicity"] in REAL["observed_ethnicity"] else None,
        "sex": r["sex"] if r["sex"] in REAL["sex"] else None,
        "nationality": tuple(sorted(set(listed))) if listed else None,
        "nationality_why": r["nationality_reason"] or "not_recorded",
    }


def _suspect(r: dict[str, Any], people: Rows, roles: Rows, crimes: Rows) -> dict[str, Any] | None:
    parts = [
        x for x in roles if x["record_id"] == r["record_id"] and x["role"] in SUSPECTED and x["identified"] is not False
    ]
    if not parts:
        return None
    stages = [x["stage"] for x in parts if x["stage"]]
    days = [c["recorded_on"] for c in crimes for x in parts if c["crime_id"] == x["crime_id"] and c["recorded_on"]]
    day = min(days, default=r["recorded_on"])
    others = [p for p in people if p["person"] == r["person"] and p["system"] != r["system"]]
    return {
        **r,
        "stage": max(stages, key=ORDER.index, default="not recorded"),
        "year": str(day.year) if day else "not recorded",
        **{f"{c}_elsewhere": {p[c] for p in others if p[c] is not None} for c in ("sde", "nationality")},
    }


def _parts(suspects: Rows, years: bool) -> list[tuple[dict[str, str], Rows]]:
    ways: list[Callable[[dict[str, Any]], dict[str, str]]] = [
        lambda s: {"area": f"force:{s['force'] or 'not recorded'}"},
        lambda s: {"area": f"system:{s['system']}"},
        lambda s: {"stage": s["stage"]},
    ]
    if years:
        ways += [
            lambda s: {"period": s["year"]},
            lambda s: {"area": f"force:{s['force'] or 'not recorded'}", "period": s["year"]},
        ]
    parts: list[tuple[dict[str, str], Rows]] = [({}, suspects)]
    for way in ways:
        wheres = [dict(x) for x in {tuple(way(s).items()) for s in suspects}]
        parts += [(where, [s for s in suspects if way(s) == where]) for where in wheres]
    return parts


def _gap_figures(found: dict[tuple[str, ...], Figure], where: dict[str, str], chosen: Rows) -> None:
    for column in ("sde", "nationality"):
        gaps = [s for s in chosen if s[column] is None]
        if where and not gaps:
            continue
        name = _NAMES[column]
        filled = sum(len(s[f"{column}_elsewhere"]) == 1 for s in gaps)
        disputed = sum(len(s[f"{column}_elsewhere"]) > 1 for s in gaps)
        found[_key(f"gap-filled-{name}", method=JOINED, where=where)] = (filled, len(gaps), 0)
        found[_key(f"gap-conflict-{name}", method=JOINED, where=where)] = (disputed, len(gaps), 0)
        if column == "sde":
            seen = sum(s["observed"] is not None for s in gaps)
            found[_key("recovered-from-observed", where=where)] = (seen, len(gaps), 0)


def _answers(people: Rows, person: str, column: str = "sde") -> list[Any]:
    return [p[column] for p in people if p["person"] == person and p[column] is not None]


def _written(value: Any) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _conflict_figures(found: dict[tuple[str, ...], Figure], people: Rows) -> None:
    rest = ("everyone recorded", "person", PEOPLE)
    for column in ("sde", "nationality"):
        answers = [_answers(people, person, column) for person in {p["person"] for p in people}]
        several = [a for a in answers if len(a) >= 2]
        name = _NAMES[column]
        found[_key(f"conflict-{name}", *rest)] = (sum(len(set(a)) > 1 for a in several), len(several), 0)
        for one, other in combinations(sorted({code for a in answers for code in a}), 2):
            both = sum(one in a and other in a for a in several)
            if both:
                where = {"group": f"{_written(one)} / {_written(other)}"}
                found[_key(f"conflict-pair-{name}", *rest, where=where)] = (both, len(several), 0)


def _group(column: str, answer: Any) -> str:
    if column == "sde":
        return ethnic_group(answer)
    return COUNTRIES[answer[0]] if len(answer) == 1 else "more than one nationality"


COUNTRIES = {"GBR": "United Kingdom", "PAK": "Pakistan"}


def _persons(people: Rows, suspects: Rows) -> Rows:
    """Each person suspected, once for each of their forces, with what all records agree on."""
    found = []
    for person in {s["person"] for s in suspects}:
        own = [s for s in suspects if s["person"] == person]
        stages = [s["stage"] for s in own if s["stage"] in ORDER]
        told = {
            "person": person,
            "stage": max(stages, key=ORDER.index, default="not recorded"),
            "year": min((s["year"] for s in own if s["year"] != "not recorded"), default="not recorded"),
        }
        for column in ("sde", "nationality"):
            answers = set(_answers(people, person, column))
            told[column] = answers.pop() if len(answers) == 1 else None
        found += [{**told, "force": force} for force in {s["force"] for s in own}]
    return found


def _share_figures(found: dict[tuple[str, ...], Figure], people: Rows, suspects: Rows) -> None:
    def joined(s: dict[str, Any], column: str) -> Any:
        elsewhere = s[f"{column}_elsewhere"]
        return s[column] or (next(iter(elsewhere)) if len(elsewhere) == 1 else None)

    for column in ("sde", "nationality"):
        held = {
            ("record", OWN): [{**s, "answer": s[column]} for s in suspects],
            ("record", JOINED): [{**s, "answer": joined(s, column)} for s in suspects],
            ("person", PEOPLE): [{**p, "answer": p[column]} for p in _persons(people, suspects)],
        }
        for (unit, method), rows in held.items():
            for where, chosen in _share_parts(rows):
                _groups_of(found, chosen, column, (unit, method, where))


def _share_parts(rows: Rows) -> list[tuple[dict[str, str], Rows]]:
    parts: list[tuple[dict[str, str], Rows]] = [({}, rows)]
    for name, value in (("period", "year"), ("stage", "stage"), ("area", "force")):
        for told in {r[value] for r in rows}:
            where = f"force:{told or 'not recorded'}" if name == "area" else told
            parts.append(({name: where}, [r for r in rows if r[value] == told]))
    return parts


def _groups_of(
    found: dict[tuple[str, ...], Figure], rows: Rows, column: str, of: tuple[str, str, dict[str, str]]
) -> None:
    unit, method, where = of
    once = {(r["person"] if unit == "person" else r["record_id"]): r["answer"] for r in rows}  # not once a force
    groups = [_group(column, answer) for answer in once.values() if answer]
    for group in {*groups, *(GROUPS if column == "sde" else ("more than one nationality",))}:
        key = _key(f"share-{_NAMES[column]}", unit=unit, method=method, where={**where, "group": group})
        found[key] = (groups.count(group), len(once), list(once.values()).count(None))


def _is_somebody(person: dict[str, Any], roles: Rows) -> bool:
    parts = [r["identified"] for r in roles if r["record_id"] == person["record_id"]]
    return not parts or any(known is not False for known in parts)


def _people_figures(found: dict[tuple[str, ...], Figure], people: Rows, suspects: Rows) -> None:
    for measure, population, rows in (
        ("people", "everyone identified", people),
        ("people-suspected", "suspects", suspects),
    ):
        found[_key(measure, population, "person", PEOPLE)] = (len({r["person"] for r in rows}), len(rows), 0)
        for force in {r["force"] for r in rows}:
            here = [r for r in rows if r["force"] == force]
            where = {"area": f"force:{force or 'not recorded'}"}
            found[_key(measure, population, "person", PEOPLE, where)] = (len({r["person"] for r in here}), len(here), 0)
    persons = {p["person"] for p in people}
    for column in ("system", "force"):
        seen = [{p[column] for p in people if p["person"] == person} - {None} for person in persons]
        key = _key(f"people-in-several-{column}s", "everyone identified", "person", PEOPLE)
        found[key] = (sum(len(s) > 1 for s in seen), len(persons), 0)


def _returned_figures(found: dict[tuple[str, ...], Figure], returns: Rows, sent: dict[str, int]) -> None:
    out = {(r["source_file"], r["source_row"]) for r in returns if r["severity"] == "returned"}
    for severity in ("returned", "marked"):
        hits = {(r["rule"], (r["source_file"], r["source_row"])) for r in returns if r["severity"] == severity}
        if severity == "marked":
            hits = {(rule, row) for rule, row in hits if row not in out}
        hits |= {("all", row) for _, row in hits}
        for system in ("all", *sent):
            here = {(rule, row) for rule, row in hits if system == "all" or row[0].split("/")[0] == system}
            area = "all" if system == "all" else f"system:{system}"
            total = sum(sent.values()) if system == "all" else sent[system]
            for rule in {rule for rule, _ in here} | {"all"}:
                key = _key(severity, "rows sent", "row", "count", {"area": area, "group": rule})
                found[key] = (sum(r == rule for r, _ in here), total, 0)


def _keyed_figures(found: dict[tuple[str, ...], Figure], people: dict[str, Any], roles: Rows, keyed: Rows) -> None:
    def value(record_id: str, column: str) -> Any:
        if column != "stated_age":
            return people[record_id][
                {"self_defined_ethnicity": "sde", "observed_ethnicity": "observed"}.get(column, column)
            ]
        ages = {x["stated_age"] for x in roles if x["record_id"] == record_id} - {None}
        return ages.pop() if len(ages) == 1 else None

    for column in ("sex", "stated_age", "self_defined_ethnicity", "observed_ethnicity"):
        pairs = [(value(k["record_id_l"], column), value(k["record_id_r"], column)) for k in keyed]
        both = [(a, b) for a, b in pairs if a is not None and b is not None]
        gaps = [(a, b) for a, b in pairs if a is None]
        where = {"group": column}
        equal = sum(a == b for a, b in both)
        found[_key("agreement", "by crime", "pair", "count", where)] = (equal, len(pairs), len(pairs) - len(both))
        filled = sum(b is not None for _, b in gaps)
        found[_key("keyed-gap-filled", "by crime", "pair", "count", where)] = (filled, len(gaps), 0)
        found[_key("keyed-conflict", "by crime", "pair", "count", where)] = (len(both) - equal, len(both), 0)


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


DAYS = maybe(date(2014, 1, 1), date(2014, 12, 31), date(2015, 6, 1))


@st.composite
def small_runs(draw: st.DrawFn) -> dict[str, Any]:
    """A handful of records in three systems and two forces, with everything that can be absent sometimes absent."""
    ids = [f"{draw(st.sampled_from('abc'))}:{n}" for n in range(draw(st.integers(0, 9)))]
    records = [
        {
            "record_id": i,
            "system": i[0],
            "local_id": i[2:],
            "force": draw(maybe("X01", "X02")),
            "recorded_on": draw(DAYS),
            "dob": draw(maybe(date(1999, 6, 15), date(2001, 2, 28))),
            "sex": draw(maybe("M", "F", "9", "0")),
            "self_defined_ethnicity": draw(maybe("W1", "A2", "A1", "B1", "NS", "??")),
            "self_defined_ethnicity_reason": draw(maybe("refused", "not_asked")),
            "observed_ethnicity": draw(maybe("1", "4", "0")),
            "nationalities": draw(st.sampled_from([None, [], ["GBR"], ["PAK", "GBR"], ["GBR", "PAK"]])),
            "nationality_reason": draw(maybe("not_asked")),
        }
        for i in ids
    ]
    some_id = st.sampled_from(ids or ["a:99"])
    crimes = [
        {
            "crime_id": f"a:{n}",
            "recorded_on": draw(DAYS),
            "offence_from": draw(maybe(date(2013, 6, 14), date(2013, 6, 15), date(1998, 1, 1))),
            "premises": draw(maybe("Hotel", "flat over shop", "barn")),
        }
        for n in range(2)
    ]
    roles = [
        {
            "crime_id": f"a:{draw(st.integers(0, 2))}",
            "record_id": draw(some_id),
            "role": draw(st.sampled_from(["suspect", "suspect", "offender", "victim"])),
            "stage": draw(maybe(*ORDER)),
            "stated_age": draw(maybe(20, 21)),
            "identified": draw(maybe(True, False)),
        }
        for _ in range(draw(st.integers(0, 12)))
    ]
    returns = [
        {
            "source_file": draw(st.sampled_from(["a/1.csv", "a/2.csv", "b/1.csv"])),
            "source_row": draw(st.integers(2, 4)),
            "table": draw(maybe("roles")),
            "column": None,
            "rule": draw(st.sampled_from(["r1", "r2"])),
            "severity": draw(st.sampled_from(["returned", "marked"])),
        }
        for _ in range(draw(st.integers(0, 8)))
    ]
    keyed = [
        {"record_id_l": draw(some_id), "record_id_r": draw(some_id)}
        for _ in range(draw(st.integers(0, 4)) if ids else 0)
    ]
    clusters = {i: draw(st.sampled_from(["p", "q"])) for i in ids if draw(st.booleans())}
    return {
        "records": records,
        "roles": roles,
        "crimes": crimes,
        "returns": returns,
        "keyed": keyed,
        "clusters": clusters,
        "rows_sent": {"a": 100, "b": 10},
    }


@settings(max_examples=RUNS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_runs())
def test_every_figure_is_what_a_plain_count_gives(figures_of, run):
    figures = figures_of(**run)
    assert figures.schema == FIGURES.schema
    rows = figures.to_pylist()
    keys = [tuple(row[name] for name in _FIELDS) for row in rows]
    assert keys == sorted(set(keys)), "one row a key, in key order"
    found = dict(zip(keys, ((r["numerator"], r["denominator"], r["unknown"]) for r in rows), strict=True))
    assert found == plain(run)
    for row in rows:
        _check_share(row)


def _check_share(row: dict[str, Any]) -> None:
    numerator, denominator, unknown = row["numerator"], row["denominator"], row["unknown"]
    if denominator == 0 or row["measure"] in ("people", "people-suspected"):
        assert row["lower"] is None and row["upper"] is None
    else:
        assert (row["lower"], row["upper"]) == (numerator / denominator, (numerator + unknown) / denominator)
    assert row["suppressed"] is (0 < numerator < 10 or 0 < denominator < 10)
    rests_on_nothing = row["method"] in (OWN, "count") and row["measure"] not in ("agreement", *_KEYED)
    assert (row["assumption"] is None) == rests_on_nothing


_KEYED = ("keyed-gap-filled", "keyed-conflict")
