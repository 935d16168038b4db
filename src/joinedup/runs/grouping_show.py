"""Looking at groups of the newest run: the list, and one group with its people. Every look is in the audit log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.errors import Place, ProjectError, nearest
from joinedup.releases.group_picture import Contact, Happening, Member, Pictured
from joinedup.runs.accounts import account
from joinedup.runs.folder import latest
from joinedup.runs.project import Project, load_project

Row = dict[str, Any]

CAUTION = "Membership is what records suggest. Nobody has confirmed it, and a record is not proof."


@dataclass(frozen=True)
class Report:
    """That a system held records of a suspect, whether or not of this group. first_on: the day of the first."""

    person_id: str
    system: str
    records: int
    first_on: dt.date | None


@dataclass(frozen=True)
class ShownGroup:
    """One group. facts: its row of `group_summaries`. Values of contacts are not shown, only their kinds.

    sights: what each system and force holds and sees. reports: who else held a suspect, and since when. against: what
    speaks against it, in words.
    """

    group_id: str
    facts: Row
    members: tuple[Row, ...]
    timeline: tuple[Row, ...]
    ties: tuple[Row, ...]
    contacts: tuple[Row, ...]
    sights: tuple[Row, ...]
    reports: tuple[Report, ...]
    events: tuple[Row, ...]
    against: tuple[str, ...]
    caution: str = CAUTION


def list_groups(folder: Path, *, why: str, by: str | None = None) -> tuple[Row, ...]:
    """Every group of the newest run, as rows of `group_summaries`: those that no single system sees first, then the
    largest. Raises ProjectError when there is no run, or one without groups.
    """
    project = load_project(folder)
    rows = _read(latest(project.runs), "group_summaries").to_pylist()
    _log(project, Entry(Act.CONSULTATION, by or account(), why, (), {"command": "groups", "groups": len(rows)}))
    return tuple(sorted(rows, key=_first_unseen_then_largest))


def _first_unseen_then_largest(row: Row) -> tuple[object, ...]:
    return bool(row["seen_by_one_system"]), -row["suspects"] - row["unidentified"], -row["children"], row["group_id"]


def show_group(folder: Path, group_id: str, *, why: str, by: str | None = None) -> ShownGroup:
    """One group with its people. Raises ProjectError for one that the newest run does not have.

    The people shown are logged before they are given.
    """
    project = load_project(folder)
    run = latest(project.runs)
    facts = _facts(run, group_id)
    members = _of(run, "group_members", group_id)
    subjects = (Subject("group", group_id), *(Subject("person", one["person_id"]) for one in members))
    _log(project, Entry(Act.CONSULTATION, by or account(), why, subjects, {"command": "groups show"}))
    crimes = sorted(_of(run, "group_crimes", group_id), key=lambda row: (row["on"] or dt.date.max, row["crime_id"]))
    suspects = [one["person_id"] for one in members if one["role"] == "suspect"]
    return ShownGroup(
        group_id, facts, tuple(members), tuple(crimes), tuple(_of(run, "group_ties", group_id)),
        _contact_kinds(_of(run, "group_contacts", group_id)), tuple(_of(run, "group_sights", group_id)),
        _reports(run, suspects), _events(run, group_id), _against(facts, members),
    )  # fmt: skip


def _read(run: Path, table: str, **asked: Any) -> pa.Table:
    path = run / "tables" / f"{table}.parquet"
    if not path.exists():
        raise ProjectError(
            "The newest run has no groups.", place=Place(file=str(run.name)), remedy="Start a new one: joinedup run."
        )
    return pq.read_table(path, **asked)


def _of(run: Path, table: str, group_id: str) -> list[Row]:
    return list(_read(run, table, filters=[("group_id", "=", group_id)]).to_pylist())


def _facts(run: Path, group_id: str) -> Row:
    rows = _of(run, "group_summaries", group_id)
    if not rows:
        known = _read(run, "group_summaries", columns=["group_id"])["group_id"].to_pylist()
        raise ProjectError(
            f"The newest run has no such group.{nearest(group_id, known)}", place=Place(column="group_id"),
            remedy="`joinedup groups` lists them. One that was merged or split is named in table `group_events`.",
        )  # fmt: skip
    return rows[0]


def _contact_kinds(rows: Sequence[Row]) -> tuple[Row, ...]:
    """What is shared, without the value: kind, by whom, of how many bits, from which systems."""
    shared: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        shared.setdefault((row["kind"], row["value"]), []).append(row)
    return tuple(
        {
            "kind": kind, "held_by": [one["person_id"] for one in held], "bits": held[0]["bits"],
            "systems": sorted({system for one in held for system in one["systems"]}),
            "on": max((one["on"] for one in held if one["on"]), default=None),
        }
        for (kind, _), held in sorted(shared.items())
    )  # fmt: skip


def _reports(run: Path, suspects: Sequence[str]) -> tuple[Report, ...]:
    """Which systems held records of the suspects, and since when, in order of day."""
    clusters = _read(run, "clusters", columns=["record_id", "person_id"], filters=[("person_id", "in", list(suspects))])
    people = _read(run, "person_records", columns=["record_id", "system", "recorded_on"])
    held = people.filter(pc.is_in(people["record_id"], clusters["record_id"].combine_chunks())).join(
        clusters, "record_id"
    )
    counted = held.group_by(["person_id", "system"]).aggregate([("record_id", "count"), ("recorded_on", "min")])
    found = [
        Report(row["person_id"], row["system"], row["record_id_count"], row["recorded_on_min"])
        for row in counted.to_pylist()
    ]
    return tuple(sorted(found, key=lambda one: (one.person_id, one.first_on or dt.date.max, one.system)))


def _events(run: Path, group_id: str) -> tuple[Row, ...]:
    events = _read(run, "group_events").to_pylist()
    return tuple(one for one in events if group_id in (one["before"] or []) or group_id in (one["after"] or []))


def _against(facts: Row, members: Sequence[Row]) -> tuple[str, ...]:
    """What speaks against the group. There is always something to be said."""
    told = []
    if facts["stands_strictly"] is False:
        told.append("It is not found when records are joined strictly.")
    if facts["doubtful_people"] == 1:
        told.append("It rests on one person whose records a strict joining would part: one doubtful join.")
    elif facts["doubtful_people"]:
        told.append(f"It rests on {facts['doubtful_people']} people whose records a strict joining would part.")
    if facts["ties_alone"]:
        told.append(f"It falls apart without any one of {facts['ties_alone']} ties.")
    if "two suspects in one crime" in facts["definitions_not_met"]:
        told.append("No crime of it names two suspects.")
    by_contacts = sum(one["by"] == "contacts" for one in members)
    if by_contacts:
        told.append(f"{by_contacts} of its people are in it by shared contacts alone.")
    return tuple(told) or ("Systems may have copied one another: what several say may rest on one report.",)


def pictured(folder: Path, shown: ShownGroup) -> Pictured:
    """What a picture of the group is made of: who, what happened when, and who shares contacts; no value of anybody."""
    project = load_project(folder)
    run = latest(project.runs)
    members = tuple(Member(one["person_id"], one["role"], bool(one["doubtful"])) for one in shown.members)
    part_in = _parts(run, [one["crime_id"] for one in shown.timeline], {one.person_id for one in members})
    happenings: dict[str, list[Row]] = {}
    for row in shown.timeline:
        happenings.setdefault(row["incident"], []).append(row)
    return Pictured(
        shown.group_id, members,
        tuple(_happening(rows, part_in) for rows in happenings.values()),
        tuple(Contact(one["kind"], tuple(one["held_by"])) for one in shown.contacts), project.invented,
    )  # fmt: skip


def _parts(run: Path, crimes: Sequence[str], people: set[str]) -> dict[str, set[str]]:
    """By crime, the people of the group who have a part in it."""
    roles = _read(run, "roles", columns=["crime_id", "record_id", "role"], filters=[("crime_id", "in", list(crimes))])
    clusters = _read(run, "clusters", columns=["record_id", "person_id"], filters=[("person_id", "in", list(people))])
    found: dict[str, set[str]] = {crime: set() for crime in crimes}
    for row in roles.join(clusters, "record_id", join_type="inner").to_pylist():
        if row["role"] in ("suspect", "offender", "victim"):
            found[row["crime_id"]].add(row["person_id"])
    return found


def _happening(rows: Sequence[Row], part_in: dict[str, set[str]]) -> Happening:
    people = set().union(*(part_in[row["crime_id"]] for row in rows))
    systems = tuple(sorted({row["crime_id"].partition(":")[0] for row in rows}))
    return Happening(rows[0]["on"], systems, tuple(sorted(people)), any(row["flagged"] for row in rows))


def _log(project: Project, entry: Entry) -> None:
    with closing(open_store(project.folder)) as store, transaction(store):
        append(store, entry)
