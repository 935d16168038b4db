"""Whom a count is of, whom it is divided by, and the refusal to divide where the two are not the same people.

A rate of a police area over the residents of its largest city is the commonest way to be wrong in public: 13.6% of
the residents of the Greater Manchester police area are Asian, and 20.9% of those of the City of Manchester. So a
denominator says its area, year, ages, sex and group, and goes only under a count that says the same.

Where counts were held back, a denominator is two ends, never the sum of what happens to be printed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from joinedup.codes import force, population
from joinedup.errors import StatisticsError
from joinedup.statistics.counts import whole

CENSUSES = (2001, 2011, 2021)

NO_RESIDENTS = {
    "E23000034": "ONS publishes the residents of the City of London with those of Westminster, who live in the "
    "Metropolitan area",
    "BTP": "British Transport Police polices railways, where nobody lives",
}
"""Forces that have no population to divide by, and why."""


@dataclass(frozen=True)
class Scope:
    """Whom a count is of.

    area: its code, such as E23000005, and `name`. year: in which they were counted. low, high: the youngest and the
    oldest age, in years, both counted in; no `high` is no upper end. sex: `F`, `M`, or None for both. group: an ethnic
    group by one wording throughout, None for everyone.
    """

    area: str
    name: str
    year: int
    low: int = 0
    high: int | None = None
    sex: str | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        if self.low < 0 or (self.high is not None and self.high < self.low):
            raise StatisticsError(f"There are no ages from {self.low} to {self.high}.")
        if self.sex not in (None, "F", "M"):
            raise StatisticsError("Populations are counted by sex as `F` and `M`; none is both.")

    def __str__(self) -> str:
        ages = "all ages" if (self.low, self.high) == (0, None) else f"ages {self.low} to {self.high}"
        ages = f"ages {self.low} and over" if self.high is None and self.low else ages
        sex = {None: "both sexes", "F": "female", "M": "male"}[self.sex]
        return f"{self.name} ({self.area}), {self.year}, {ages}, {sex}, {self.group or 'every group'}"


# A name is not compared: `GMP` and `Greater Manchester` are one area.
_WORDS = {"area": "area", "year": "year", "low": "ages", "high": "ages", "sex": "sex", "group": "group"}


@dataclass(frozen=True)
class Denominator:
    """From `lower` to `upper` people, by `source`; equal where all were printed.

    stands_for: the year of the counts it may go under; None for its own. gap: in words, why another year's.
    Raises StatisticsError for a force that has no population, for ends that are not whole or not in order, and for
    another year without words.
    """

    scope: Scope
    lower: int
    upper: int
    source: str
    stands_for: int | None = None
    gap: str | None = None

    def __post_init__(self) -> None:
        _has_residents(self.scope.area, self.scope.name)
        if whole("people, at least", self.lower) > whole("people, at most", self.upper):
            raise StatisticsError(f"The population of {self.scope} is at least {self.lower:,} and at most less.")
        if (self.stands_for is None) != (self.gap is None):
            raise StatisticsError("A population of another year has that year and its reason in words, or neither.")


def matched(count: Scope, denominator: Denominator) -> None:
    """Raises StatisticsError where `denominator` is not of the area, year, ages, sex and group of `count`.

    Source: benchmarks match in area, sex, age and year (Standards for Ethnicity Data, Equality Hub, April 2023).
    """
    people = replace(denominator.scope, year=denominator.stands_for or denominator.scope.year)
    unlike = sorted({word for name, word in _WORDS.items() if getattr(count, name) != getattr(people, name)})
    if unlike:
        raise StatisticsError(
            f"The count is of {count}; the population is of {denominator.scope}. They differ in {', '.join(unlike)}.",
            rule="other-population",
            remedy="Take the population that the count could have come from. For another year, see `nearest_census`.",
        )


def nearest_census(denominator: Denominator, year: int, why: str) -> Denominator:
    """Declare that the residents of a census go under counts of `year`; the gap then stands with every figure.

    why: what may have changed between, in words that are printed.

    Raises StatisticsError for a population that is not of a census, where another census is nearer, and without words.
    """
    census = denominator.scope.year
    nearest = min(abs(year - other) for other in CENSUSES)
    if census not in CENSUSES or abs(year - census) > nearest:
        raise StatisticsError(
            f"{census} is not the census nearest to {year}.", remedy=f"Censuses: {', '.join(map(str, CENSUSES))}."
        )
    if not why.strip():
        raise StatisticsError(f"A population of {census} goes under counts of {year} only with a reason in words.")
    return replace(
        denominator, stands_for=year, gap=f"Census {census} for {year}, {nearest} years apart: {why.strip()}"
    )


def bound_population(
    printed: Mapping[str, int | None],
    wanted: Collection[str],
    *,
    total: int | None = None,
    below: int | None = None,
    rounded: int = 1,
) -> tuple[int, int]:
    """At least and at most how many people are in the cells `wanted`, when small counts were held back.

    printed: the table's cells, None where one was held back. wanted: keys of it. total: of all cells together, known
    from elsewhere. below: held-back counts are all below this, 10 in ONS's tables. rounded: to what all counts were.

    At least: what is printed of those wanted, or the total less all that the others can be. At most: what is printed
    and all that those held back can be: `below` less one each, and no more than the total leaves.

    Raises StatisticsError for a cell that is not in the table, a total that its cells exceed, and where neither `total`
    nor `below` sets an upper end.
    """
    if not set(wanted) <= printed.keys():
        raise StatisticsError("A population is asked for by cells that are not in its table.")
    of, others = ([cell for key, cell in printed.items() if (key in wanted) is inside] for inside in (True, False))
    ends, rest = _ends(of, below, rounded // 2), _ends(others, below, rounded // 2)
    if total is not None:
        low, high = max(0, total - rounded // 2), total + rounded // 2
        ends = _within(ends, (None if rest[1] is None else low - rest[1], high - rest[0]))
    if ends[1] is None:
        raise StatisticsError(
            f"{of.count(None)} counts were held back, and nothing says how large they can be.",
            remedy="Give the total of all cells, or the size below which counts are held back.",
        )
    if ends[0] > ends[1]:
        raise StatisticsError("The cells of this table add up to more than their total.", remedy="Check the total.")
    return ends[0], ends[1]


def _ends(cells: Collection[int | None], below: int | None, off: int) -> tuple[int, int | None]:
    """At least and at most how many people `cells` are; None where held-back ones have no upper end."""
    known = [whole("people", cell) for cell in cells if cell is not None]
    lower, upper = sum(max(0, cell - off) for cell in known), sum(cell + off for cell in known)
    held_back = len(cells) - len(known)
    if below is None:
        return lower, None if held_back else upper
    return lower, upper + held_back * (below - 1)


def _within(ends: tuple[int, int | None], other: tuple[int | None, int]) -> tuple[int, int]:
    lower = ends[0] if other[0] is None else max(ends[0], other[0])
    return lower, other[1] if ends[1] is None else min(ends[1], other[1])


def residents(area: str, sex: str | None = None, group: str | None = None, *, below: int = 10) -> Denominator:
    """Residents of a force's area at Census 2021, of all ages; two ends where local counts were held back.

    area: a force, by code or name. sex: `F`, `M` or None. group: one of the five or of the 19 groups, None for all.
    below: every held-back count is below this. 10 is the smallest count that the table prints.

    Raises StatisticsError for City of London and British Transport Police, which have no residents of their own, and
    CodeListError for a force, sex or group that does not exist.
    Source: as `codes.population`. Its counts are rounded to 5, which is left out here.
    """
    one = force(area, invented=True)
    _has_residents(one.code, one.name)
    found = population(one.code, sex, group)
    scope = Scope(found.area, found.name, found.year, sex=sex, group=group)
    most = found.count + found.suppressed * (below - 1)
    source = "invented" if found.invented else "Office for National Statistics, Census 2021"
    return Denominator(scope, found.count, most, source)


def _has_residents(area: str, name: str) -> None:
    if area in NO_RESIDENTS:
        raise StatisticsError(
            f"There is no rate per head of {name}: {NO_RESIDENTS[area]}.",
            rule="no-population",
            remedy="Leave it out of rates per head, and say so; do not borrow a neighbour's residents.",
        )
