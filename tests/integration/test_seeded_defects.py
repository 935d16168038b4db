"""Every seeded defect goes back and clean rows do not: the gate measured on an invented batch, through the command.

The rows of a careful force's batch (`careful_batch.py`) are spoilt one by one, as a person errs
(`seeded_defects.toml`), each with crimes of its own, so that no defect hides another.
"""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import json
import os
import random
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from joinedup.codes import offence
from joinedup.gate import rulebook

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("careful_batch", HERE / "careful_batch.py")
assert SPEC is not None and SPEC.loader is not None
careful = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(careful)

FULL = os.environ.get("JOINEDUP_SCALE") == "full"
PEOPLE, DEFECTS, MARKED = (40_000, 5_000, 400) if FULL else (4_000, 500, 60)
KINDS = tomllib.loads((HERE / "seeded_defects.toml").read_text("utf-8"))["kind"]
AS_OF, DAY = careful.AS_OF, careful.DAY
CONSEQUENCES = {"role-person-missing", "role-crime-missing"}
PROJECT = """
[project]
name = "careful"
invented = true
[gate]
as_of = 2026-03-31
"""

Row = defaultdict[str, Any]
Draw = random.Random
Kind = Mapping[str, Any]


# Which rows can be spoilt


WHERE: Mapping[str, Callable[[Row], Any]] = {
    "any": lambda row: True,
    "known": lambda row: row["_known"],
    "nobody_known": lambda crime: not crime["_known"],
    "named": lambda person: person["surname"] and person["forenames"],
    "fresh": lambda person: person["_known"] and not careful.met_on(person),
    "long_since": lambda person: person["_known"] and (on := careful.met_on(person)) and (AS_OF - on).days > 28,
    "aged": careful.aged,
    "aged_known": lambda person: person["_known"] and careful.aged(person),
    "aged_since": lambda person: person["_known"] and careful.aged(person) and person["recorded_on"] < str(AS_OF),
    "aged_staged": lambda person: careful.aged(person) and careful.met_on(person),
    "recorded_long_ago": lambda person: careful.aged(person) and person["recorded_on"] < "2024-12-31",
    "only_harmed": lambda person: all(role["_harmed"] for role in person["_roles"]),
    "child_harmed": lambda person: person["id_child"],
    "harmed": lambda role: role["_harmed"],
    "harmed_open": lambda role: role["_harmed"] and role["_crime"]["outcome"] == "0",
    "loose": lambda role: role["role"] in ("witness", "other"),
    "spare": careful.spare,
    "full_age": lambda role: careful.exact(role["_person"]),
    "undated": lambda role: not role["_person"]["dob"],
    "exploitation": careful.exploits,
    "group_of_a_child": careful.of_a_group,
    "coded": lambda row: row["cjs_code"] and row["ho_class"],
    "uncoded": lambda crime: not crime["cjs_code"],
    "open": lambda crime: crime["outcome"] == "0",
    "closed": lambda crime: crime["outcome"] != "0",
    "plain": careful.undated,
    "one_victim": lambda crime: len(careful.victims(crime)) == 1 and careful.exact(careful.victims(crime)[0]),
    "spare_suspect": lambda role: role["_known"] and role["_crime"]["outcome"] == "0",
    "alone": lambda crime: len(careful.suspects(crime)) == 1,
}


# What is written there


def day_of(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def other_class(row: Row, draw: Draw) -> str:
    """The class of a quite different offence."""
    own = offence(row["cjs_code"]).base_class or ""
    return str(draw.choice([o.ho_class for o in careful.offences() if o.ho_class[:3] != own[:3]]))


def other_age(role: Row, draw: Draw) -> int:
    """An age of somebody else, more than a few years off."""
    born = role["_person"]["_born"]
    first = careful.age_on(role["_crime"]["_from"], born)
    last = careful.age_on(AS_OF, born)
    return int(draw.choice([age for age in range(1, 99) if not first - 3 < age < last + 3]))


MADE: Mapping[str, Callable[[Row, Draw], object]] = {
    "not_come": lambda row, draw: AS_OF + draw.choice((1, 2, 9, 40, 365, 3_652, 13_149)) * DAY,
    "soon_after_recording": lambda row, draw: min(AS_OF, day_of(row["recorded_on"]) + draw.randint(1, 299) * DAY),
    "years_before_recording": lambda row, draw: day_of(row["recorded_on"]) - draw.choice((9, 365, 3_650)) * DAY,
    "long_after_recording": lambda row, draw: day_of(row["recorded_on"]) + draw.randint(320, 450) * DAY,
    "day_recorded": lambda row, draw: row["recorded_on"],
    "day_of_stage": lambda row, draw: careful.met_on(row),
    "before_birth": lambda row, draw: row["_born"] - draw.choice((1, 30, 365, 7_300)) * DAY,
    "century_wrong": lambda row, draw: row["_born"].replace(year=draw.choice((1066, 1820, 1888)), day=1),
    "reference": lambda row, draw: draw.choice((f"{row['crime_id']}9", f"{row['crime_id']}/A", "NICHE-99", "CR")),
    "nobody": lambda row, draw: draw.choice((f"{row['record_id']}9", f"{row['record_id'][1:]}", "P-1", "nominal 7")),
    "before_offence": lambda row, draw: day_of(row["offence_from"]) - draw.choice((1, 28, 365, 730)) * DAY,
    "after_recording": lambda row, draw: day_of(row["recorded_on"]) + draw.choice((1, 2, 28, 200)) * DAY,
    "before_crime": lambda row, draw: row["_crime"]["_from"] - draw.choice((1, 30, 365, 3_650)) * DAY,
    "other_class": other_class,
    "other_age": other_age,
}


def written(value: Any, row: Row, draw: Draw) -> str:
    chosen = value if isinstance(value, str) else draw.choice(value)
    return str(MADE[chosen[1:]](row, draw)) if chosen.startswith("@") else chosen


def wrong_age(batch: Any, row: Row, draw: Draw) -> Row:
    """The code of another age of victim, with its own class."""
    days = (day_of(row["offence_from"]), day_of(row["offence_to"] or row["offence_from"]))
    [young, old] = [careful.age_on(day, careful.victims(row)[0]["_born"]) for day in days]
    aged_ = [o for o in careful.offences() if o.victim_age_high is not None and not o.ended]
    far = draw.choice([o for o in aged_ if old < o.victim_age_low or young > o.victim_age_high])
    row.update(cjs_code=far.code, ho_class=far.ho_class, cse_flag="yes")
    return row


def titled(batch: Any, row: Row, draw: Draw) -> Row:
    """A title picked from a list that is in capitals."""
    row["forenames"] = f"{draw.choice(('MR', 'DR', 'MRS', 'MISS', 'MX'))} {row['forenames'].title()}"
    return row


def twice(batch: Any, row: Row, draw: Draw) -> Row:
    """Entered a second time, by somebody who spelt a name another way."""
    again: Row = defaultdict(str, row)
    if row["surname"]:
        again["surname"] = draw.choice((row["surname"], row["surname"] + row["surname"][-1]))
    return again


def orphan(batch: Any, row: Row, draw: Draw) -> Row:
    again: Row = defaultdict(str, row)
    again["local_id"] = f"P9{row['local_id'][1:]}"
    return again


def ragged(batch: Any, row: Row, draw: Draw) -> Row:
    row["_ragged"] = draw.choice((-3, -1, 1, 2))
    return row


def also_suspect(batch: Any, row: Row, draw: Draw) -> Row:
    again: Row = defaultdict(str, row)
    again.update(role="suspect", stage="named", stated_age="")
    return again


HOW: Mapping[str, Callable[[Any, Row, Draw], Row]] = {
    f.__name__: f for f in (wrong_age, titled, twice, orphan, ragged, also_suspect)
}


def spoilt(batch: Any, kind: Kind, row: Row, draw: Draw) -> Row:
    """The row with the defect: the clean one spoilt, or another beside it."""
    if "how" in kind:
        return HOW[kind["how"]](batch, row, draw)
    if "round" in kind:
        column = draw.choice(("forenames", "surname"))
        row[column] = (
            draw.choice(kind["round"]).replace("{}", row[column]).replace("{n}", str(draw.randint(100, 9_999)))
        )
        return row
    puts = kind["put"] if "put" in kind else draw.choice(kind["one_of"])
    row.update({column: written(value, row, draw) for column, value in puts.items()})
    return row


# Planting and measuring


@dataclass
class Measured:
    """Rows by table in the order sent; which of them bear a seed; and what the command said of each."""

    batch: Any
    header: dict[str, list[str]]
    seeds: list[tuple[Kind, str, Row]] = field(default_factory=list)
    told: dict[str, list[tuple[str, frozenset[str]] | None]] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)

    def says(self, table: str, row: Row) -> tuple[str, frozenset[str]]:
        """`returned`, `marked` or nothing, and the rules named."""
        return self.told[table][row["_place"]] or ("", frozenset())

    def returned(self, row: Row | None, table: str) -> bool:
        return row is not None and self.says(table, row)[0] == "returned"


def planted(measured: Measured, draw: Draw) -> None:
    """Spoil rows, as many of each kind, the kinds that fit fewest rows first; no crime has two."""
    used: set[str] = set()
    for marked, total in ((False, DEFECTS), (True, MARKED)):
        kinds = [kind for kind in KINDS if kind.get("marked", False) is marked]
        fitting = [(kind, fitting_rows(measured, kind, used)) for kind in kinds]
        for place, (kind, rows) in enumerate(sorted(fitting, key=lambda found: len(found[1]))):
            wanted = total * (place + 1) // len(kinds) - total * place // len(kinds)
            draw.shuffle(rows)
            free = (row for row in rows if not touched(row) & used)
            for _ in range(wanted):
                row = next(free)
                used |= touched(row)
                plant(measured, kind, row, draw)


def touched(row: Row) -> set[str]:
    """The crimes that a defect of the row may be felt in."""
    return set(row["_crimes"]) | (row["_person"]["_crimes"] if row["_person"] else set())


def fitting_rows(measured: Measured, kind: Kind, used: set[str]) -> list[Row]:
    rows = measured.batch.tables[kind["in"]]
    return [row for row in rows if not touched(row) & used and WHERE[kind["where"]](row)]


def plant(measured: Measured, kind: Kind, row: Row, draw: Draw) -> None:
    table = measured.batch.tables[kind["in"]]
    if "note" in kind:
        known = {"note_id": f"M{len(measured.seeds)}", "crime_id": row["crime_id"]}
        note = measured.batch.add("notes", row, **known, text=draw.choice(kind["note"]))
        note["_at"], made = float(len(measured.batch.tables["notes"])), row
    else:
        made = spoilt(measured.batch, kind, row, draw)
    if made is not row:
        made["_at"] = draw.uniform(row["_at"] + 0.5, len(table))
        table.append(made)
    measured.seeds.append((kind, kind["in"], made))


def lines(rows: list[Row], header: list[str]) -> Iterator[list[str]]:
    yield header
    for row in rows:
        cells = [row[column] for column in header]
        missing = int(row["_ragged"] or 0)
        yield cells[:missing] if missing < 0 else [*cells[:2], *["Vesk"] * missing, *cells[2:]]


def written_files(folder: Path, measured: Measured) -> list[Path]:
    (folder / "joinedup.toml").write_text(PROJECT)
    system = folder / "sources" / "niche"
    system.mkdir(parents=True)
    for name, rows in measured.batch.tables.items():
        rows.sort(key=lambda row: row["_at"])
        for place, row in enumerate(rows):
            row["_place"] = place
        with (system / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines(rows, measured.header[name]))
    return sorted(system.iterdir())


def told_in(path: Path, count: int) -> list[tuple[str, frozenset[str]] | None]:
    """What the file of returned rows says of each row sent. The header is row 1."""
    found: list[tuple[str, frozenset[str]] | None] = [None] * count
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            rules = frozenset(reason.split(":")[0] for reason in row["joinedup_reasons"].split(" | "))
            assert found[int(row["joinedup_row"]) - 2] is None, "a row is told twice"
            found[int(row["joinedup_row"]) - 2] = row["joinedup_severity"], rules
    return found


@pytest.fixture(scope="module")
def measured(joinedup: Any, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    draw = random.Random(20260331)
    batch = careful.Batch(draw, PEOPLE)
    header = {name: [c for c in rows[0] if not c.startswith("_")] for name, rows in batch.tables.items()}
    made = Measured(batch, header)
    for rows in batch.tables.values():
        for place, row in enumerate(rows):
            row["_at"] = float(place)
    planted(made, draw)
    files = written_files(tmp_path_factory.mktemp("careful"), made)
    done = joinedup("check", *files, "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    made.answer = json.loads(done.stdout)
    for name, rows in batch.tables.items():
        made.told[name] = told_in(files[0].with_name(f"{name}.returns.csv"), len(rows))
    return made


def told_as_due(measured: Measured, seed: tuple[Kind, str, Row]) -> tuple[bool, bool]:
    """Whether the seeded row has the severity of its kind, and the reason as well."""
    kind, table, row = seed
    severity, rules = measured.says(table, row)
    found = severity == ("marked" if kind.get("marked") else "returned")
    return found, found and not rules.isdisjoint({kind["rule"], kind.get("or")})


def by_kind(measured: Measured, *, marked: bool) -> str:
    """A line for each kind: seeded, found, found for the reason due, let through."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("All", *(kind["name"] for kind in KINDS))}
    for seed in measured.seeds:
        if seed[0].get("marked", False) is marked:
            found, due = told_as_due(measured, seed)
            for name in (seed[0]["name"], "All"):
                counts[name].update(seeded=1, found=found, due=due, through=not found)
    head = f"{'Kind':<42}{'seeded':>8}{'marked' if marked else 'returned':>10}{'as due':>8}{'through':>9}"
    told = [(name, [c[k] for k in ("seeded", "found", "due", "through")]) for name, c in counts.items() if c]
    return "\n".join([head, *(f"{n:<42}{a:>8,}{b:>10,}{c:>8,}{d:>9,}" for n, (a, b, c, d) in told)])


def missed(measured: Measured, *, marked: bool) -> list[tuple[str, Row, object]]:
    """Seeds that were not told as is due, with what was said of them."""
    wrong = [seed for seed in measured.seeds if seed[0].get("marked", False) is marked]
    wrong = [seed for seed in wrong if not all(told_as_due(measured, seed))]
    return [(kind["name"], row, measured.says(table, row)) for kind, table, row in wrong]


def good_rows(measured: Measured) -> Iterator[tuple[str, Row]]:
    seeded = {id(row) for _, _, row in measured.seeds}
    for name, rows in measured.batch.tables.items():
        yield from ((name, row) for row in rows if id(row) not in seeded)


def is_consequence(measured: Measured, row: Row, seeded: set[int]) -> bool:
    """Whether a row goes back for nothing but pointing at a crime or person that was returned for its own defect, or
    for a role that nobody can read, which may be a suspect's.
    """
    named = [row["_crime"], row["_person"], *(row["_person"]["_roles"] if row["_person"] else ())]
    return any(id(one) in seeded for one in named)


@pytest.mark.proof
def test_every_seeded_defect_goes_back_for_its_reason(measured: Measured) -> None:
    print(by_kind(measured, marked=False))
    assert len([kind for kind, *_ in measured.seeds if not kind.get("marked")]) == DEFECTS
    assert missed(measured, marked=False) == []


@pytest.mark.proof
def test_what_may_be_wrong_is_let_in_with_a_mark(measured: Measured) -> None:
    print(by_kind(measured, marked=True))
    assert missed(measured, marked=True) == []


@pytest.mark.proof
def test_every_rule_that_returns_has_its_seed() -> None:
    seeded = {kind["rule"] for kind in KINDS if not kind.get("marked")}
    due = {name for name, rule in rulebook().rules.items() if rule.new == "returned"}
    assert due - seeded == {"quote-unclosed", "cell-too-long", "json-unreadable"}  # tested with the reader


@pytest.mark.proof
def test_good_rows_are_let_in(measured: Measured) -> None:
    """Those that point at a returned row go back with it, and are told apart."""
    marks = {reason["rule"] for reason in measured.answer["reasons"] if reason["severity"] == "marked"}
    seeded = {id(row) for _, table, row in measured.seeds if measured.returned(row, table)}
    good, consequences, wrong = 0, 0, []
    for table, row in good_rows(measured):
        good += 1
        severity, rules = measured.says(table, row)
        pointing = rules - marks <= CONSEQUENCES and is_consequence(measured, row, seeded)
        pointing |= "person-role-unread" in rules and any(id(role) in seeded for role in row["_roles"])
        consequences += severity == "returned" and pointing
        if severity == "returned" and not pointing:
            wrong.append((table, row, rules))
    print(f"{good:,} good rows: {len(wrong)} returned, {consequences:,} more because what they point at was returned")
    assert len(wrong) * 10_000 <= good, wrong


@pytest.mark.proof
def test_every_row_is_accounted_for(measured: Measured) -> None:
    """sent = accepted + returned, of each file and of all; and the files of returned rows hold as many."""
    answer = measured.answer
    for one in [answer, *answer["files"]]:
        assert one["sent"] == one["accepted"] + one["returned"]
    for one in answer["files"]:
        told = measured.told[Path(one["file"]).stem]
        said = Counter(row[0] for row in told if row)
        assert (one["sent"], one["returned"], one["marked"]) == (len(told), said["returned"], said["marked"])
    for name in ("sent", "accepted", "returned", "marked"):
        assert answer[name] == sum(one[name] for one in answer["files"])
    print(f"{answer['sent']:,} sent = {answer['accepted']:,} accepted + {answer['returned']:,} returned")
