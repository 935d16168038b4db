"""Tiny worlds of crimes, drawn by hand: tables as the room reads them, with invented people who have no names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from joinedup import tables
from joinedup.groups import Facts, Found, find
from joinedup.groups import facts as read

Row = dict[str, Any]
RAPE = "019/07"
START = dt.date(2015, 1, 1)


@dataclass
class World:
    """Rows, added one crime at a time. Every person has one record in each system that names them."""

    crimes: list[Row] = field(default_factory=list)
    roles: list[Row] = field(default_factory=list)
    records: dict[str, Row] = field(default_factory=dict)
    clusters: dict[str, str] = field(default_factory=dict)
    contacts: list[Row] = field(default_factory=list)
    charges: list[Row] = field(default_factory=list)

    def record(self, who: str, system: str = "x01-crime", **known: Any) -> str:
        """A record of somebody in a system; `known` are its columns."""
        name = f"{system}:{who}"
        force = system[:3].upper()
        row = {"record_id": name, "system": system, "force": force, "recorded_on": START, "dob_precision": "day"}
        self.records[name] = self.records.get(name, row) | known
        self.clusters[name] = who
        return name

    def crime(
        self,
        name: str,
        suspects: str = "",
        children: str = "",
        day: int | None = 0,
        system: str = "x01-crime",
        **more: Any,
    ) -> None:
        """A crime with suspects and children harmed, named in words; `?` is a suspect whom nobody identified."""
        on = None if day is None else START + dt.timedelta(days=day)
        crime_id = f"{system}:{name}"
        row = {
            "crime_id": crime_id,
            "system": system,
            "force": system[:3].upper(),
            "recorded_on": on,
            "offence_from": on,
        }
        self.crimes.append(row | {"ho_class": RAPE, "outcome": "0"} | more)
        for who in suspects.split():
            self._role(crime_id, system, who, "suspect")
        for who in children.split():
            self._role(crime_id, system, who, "victim")

    def _role(self, crime_id: str, system: str, who: str, role: str) -> None:
        unknown = who == "?"
        record = f"{system}:nobody-{len(self.roles)}" if unknown else self.record(who, system)
        age = 14 if role == "victim" else None
        part = {"crime_id": crime_id, "record_id": record, "role": role, "stated_age": age, "identified": not unknown}
        self.roles.append(part)

    def share(self, kind: str, value: str, people: str, system: str = "x01-crime") -> None:
        """A contact that several people hold."""
        for who in people.split():
            self.contacts.append({"record_id": self.record(who, system), "kind": kind, "value": value})

    def others(self, count: int, system: str = "x01-crime") -> World:
        """So many crimes more that have nothing in common, each with a contact of its own, so that rarity is rarity."""
        for n in range(count):
            self.crime(f"other-{n}", f"o{n}", f"k{n}", 3 * n, system, postcode=f"XZ1 {n}")
            for kind in ("phone", "vehicle", "place"):
                self.share(kind, f"own-{n}", f"o{n}", system)
        return self

    def facts(self) -> Facts:
        """The tables."""
        clusters = [{"record_id": record, "person_id": who} for record, who in sorted(self.clusters.items())]
        return Facts(
            _table("clusters", read.CLUSTERS, clusters),
            _table("person_records", read.RECORDS, [self.records[name] for name in sorted(self.records)]),
            _table("crimes", read.CRIMES, sorted(self.crimes, key=lambda row: row["crime_id"])),
            _table("roles", read.ROLES, sorted(self.roles, key=lambda row: (row["crime_id"], row["record_id"]))),
            _table("charges", read.CHARGES, self.charges),
            _table("contacts", read.CONTACTS, self.contacts),
        )

    def found(self) -> Found:
        """The groups."""
        return find(self.facts())

    def groups(self) -> list[tuple[str, str]]:
        """Suspects and children of each group, in words, in order."""
        found = self.found()
        return sorted((_names(found, found.suspects, n), _names(found, found.children, n)) for n in range(len(found)))


def _names(found: Found, links: Any, group: int) -> str:
    return " ".join(found.incidents.people.take(pa.array(links.right[links.left == group])).to_pylist())


def _table(name: str, columns: tuple[str, ...], rows: list[Row]) -> pa.Table:
    schema = pa.schema([tables.named(name).schema.field(column) for column in columns])
    return pa.Table.from_pylist([{column: row.get(column) for column in columns} for row in rows], schema=schema)
