"""Residents of police force areas at Census 2021, by sex and ethnic group; and of invented areas.

Counts are sums of local authorities that ONS rounded to 5. A small count that ONS suppressed is left out of the sum,
never taken for zero, and `Population.suppressed` says how many were: with any, the count is a lower bound.

There is no City of London area: ONS publishes it with Westminster, which is in the Metropolitan area. British Transport
Police has no resident population, so rates per head of it mean nothing.

Source: Office for National Statistics, Census 2021, ethnic group by sex and age, Open Government Licence v3.0; local
authorities to police force areas by the ONS lookup of December 2016, fourteen renamed or merged authorities by hand.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from joinedup.codes.ethnicity import GROUPS, ethnic_group
from joinedup.codes.files import rows
from joinedup.codes.forces import force
from joinedup.codes.lists import code_list
from joinedup.errors import CodeListError, nearest

CENSUS = Path(__file__).parent / "census"
YEAR = 2021


@dataclass(frozen=True)
class Population:
    """How many people live in an area.

    area: force code. sex: `F`, `M`, or None for both. group: as it was asked for, None for all.
    count: people, to the nearest 5 of each local authority. suppressed: how many local authority counts are left out.
    """

    area: str
    name: str
    year: int
    sex: str | None
    group: str | None
    count: int
    suppressed: int
    invented: bool


@dataclass(frozen=True)
class _Cell:
    sex: str
    group: str
    people: int
    suppressed: int


def population(area: str, sex: str | None = None, group: str | None = None, groups: int | None = None) -> Population:
    """Residents of a force's area at Census 2021.

    area: a force, by code or name; an invented force has an invented population. sex: `F` or `M`; None for both.
    group: one of the five groups, such as `Asian`, or one of the 19 by code (`A2`) or label; None for all.
    groups: 5 or 19 to insist on one of the two; None takes either.

    Raises CodeListError for City of London and British Transport Police, which have no population, and for a force, sex
    or group that does not exist.
    """
    found = force(area, invented=True)
    cells = _cells().get(found.code)
    if cells is None:
        raise CodeListError(
            f"There is no census population for {found.name}.",
            rule="no-population",
            remedy="Leave it out of rates per head, and say so.",
        )
    wanted = _wanted(group, groups)
    counted = [cell for cell in cells if sex in (None, cell.sex) and cell.group in wanted]
    if not counted:
        raise CodeListError("The census counts sex as `F` and `M`.", remedy="Write one of them, or none for both.")
    return Population(
        found.code,
        found.name,
        YEAR,
        sex,
        group,
        sum(cell.people for cell in counted),
        sum(cell.suppressed for cell in counted),
        found.invented,
    )


def _wanted(group: str | None, groups: int | None) -> frozenset[str]:
    """Codes of the 19 groups that `group` counts."""
    codes = code_list("self-defined-ethnicity").substantive
    if groups not in (None, 5, 19):
        raise CodeListError("Ethnicity is grouped in 5 or in 19.", remedy="Ask for `groups=5` or `groups=19`.")
    if group is None:
        return codes
    if group in GROUPS and groups != 19:
        return frozenset(code for code in codes if ethnic_group(code) == group)
    code = code_list("self-defined-ethnicity").translate(group).code
    if code is None or groups == 5:
        raise CodeListError(
            f"That is not one of the {groups or '5 or 19'} groups.{nearest(group, GROUPS)}",
            remedy=f"The five are {', '.join(GROUPS)}; the 19 are codes such as `A2`.",
        )
    return frozenset({code})


@functools.cache
def _cells() -> dict[str, list[_Cell]]:
    areas: dict[str, list[_Cell]] = {}
    for name in ("police-areas-2021.csv", "invented.csv"):
        for _, row in rows(CENSUS / name, "area"):
            people = int(row["people"]) if row["people"] else 0
            cell = _Cell(row["sex"], row["group"], people, int(row["suppressed_cells"]))
            areas.setdefault(row["area"], []).append(cell)
    return areas
