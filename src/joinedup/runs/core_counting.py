"""The one core table, counted: people suspected and people harmed, by age, sex, ethnicity, nationality, stage, setting.

A person is counted once in all, and once in each force that holds them in that part. What their records do not agree on
is unknown, as is what no record says. Age is that on the first day of their earliest offence, or as stated where no day
or birth date is known. A victim is counted from every role of a victim; a suspect as everywhere else.

Source of what is in it: IICSA (October 2022), The Report of the Independent Inquiry into Child Sexual Abuse,
recommendation 1, a single core data set.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce

import narwhals as nw

from joinedup.codes import GROUPS
from joinedup.runs.counting import ETHNICITY, NATIONALITY, NOT_RECORDED, STAGES, Frame, Row, RunTables, collected
from joinedup.runs.measures import Cell, Count, Measure, figure, force_area
from joinedup.runs.shares import SEVERAL, Figures, Grouping
from joinedup.statistics.methods import LINK, PEOPLE

SIDES = ("suspects", "victims")
DISAGREE = "records disagree"
UNKNOWN = (NOT_RECORDED, DISAGREE)
MORE = "more than one"

BANDS = (
    ("under 10", 10), ("10 to 12", 13), ("13 to 15", 16), ("16 and 17", 18), ("18 to 24", 25), ("25 to 34", 35),
    ("35 to 49", 50), ("50 and over", 121),
)  # fmt: skip
"""Each with the first age that is not in it."""

NEVER_CHARGED = "never charged"
CASE = (NEVER_CHARGED, "charged, not decided", "acquitted", "convicted")
"""Furthest stage. Never charged: named, interviewed or arrested and no more."""

SETTINGS = (
    ("care home or hostel", "care home|children's home|hostel|supported acc|residential unit"),
    ("school or college", "school|college|universit"),
    ("place of worship", "church|mosque|temple|worship|gurdwara|synagogue"),
    ("online", "online|internet|social media"),
    ("hotel or guest house", "hotel|guest house|b&b|bed and breakfast"),
    ("licensed premises", "licensed|public house|^pub$|night ?club|^bar$"),
    ("taxi or taxi office", "taxi|minicab|private hire"),
    ("home", "dwelling|house|flat|home|residen"),
    ("takeaway, shop or restaurant", "takeaway|shop|restaurant|cafe"),
    ("street, park or car park", "car park|park|street|road|alley|open"),
    ("vehicle", "vehicle|car|van|lorry"),
)
"""A kind of premises, and the words by which it is known; the first that fits. All others are `another setting`."""
OTHER_SETTING = "another setting"

COUNTRIES = ("United Kingdom", "another country", SEVERAL)

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "age": tuple(name for name, _ in BANDS),
    "sex": ("Male", "Female", "Not specified"),
    "ethnicity": GROUPS,
    "nationality": COUNTRIES,
    "stage": CASE,
    "setting": (*(name for name, _ in SETTINGS), OTHER_SETTING, MORE),
}
"""What is told of each, and its categories; then come those of `UNKNOWN`."""


def parts_of_records(tables: RunTables) -> Frame:
    """One row per crime and record with a suspect's or a victim's part, by somebody known: stage, setting, age."""
    role = nw.col("role")
    side = nw.when(role == "victim").then(nw.lit("victims")).otherwise(nw.lit("suspects"))
    known = tables.roles.filter(role.is_in(["suspect", "offender", "victim"]), nw.col("identified").fill_null(True))
    told = known.select("crime_id", "record_id", side.alias("side"), _rank().alias("stage"), "stated_age")
    places = tables.crimes.select("premises").unique().with_columns(setting=_setting())
    crimes = tables.crimes.select("crime_id", "offence_from", "premises").join(places, on="premises", how="left")
    age = nw.coalesce(_age(), "stated_age").alias("age")
    return (
        told.join(crimes, on="crime_id", how="left")
        .join(tables.person_records.select("record_id", "force", "dob"), on="record_id")
        .select("crime_id", "record_id", "side", "force", "stage", "setting", age)
    )


def parts(people: Frame, tables: RunTables) -> Frame:
    """The same with the person; `parts_of_records` computed if the tables hold it."""
    found = tables.parts if tables.parts is not None else parts_of_records(tables)
    return found.join(people.select("record_id", "person_id"), on="record_id").drop("record_id")


def core_people(held: Frame, per_person: Frame) -> Frame:
    """One row per person and side, with the one value of each characteristic; `DISAGREE` where records differ.

    held: `parts`, computed.
    """
    found = held.group_by("person_id", "side").agg(
        nw.col("age").min(),
        nw.col("stage").max(),
        nw.col("setting").min().alias("setting_first"),
        nw.col("setting").max().alias("setting_last"),
    )
    joined = found.join(per_person, on="person_id", how="left")
    return joined.select(
        "person_id",
        "side",
        _band().alias("age"),
        _agreed("sex", DISAGREE).alias("sex"),
        _agreed(ETHNICITY, DISAGREE).alias("ethnicity"),
        _agreed(NATIONALITY, DISAGREE).alias("nationality"),
        _case().alias("stage"),
        _agreed("setting", MORE).alias("setting"),
    )


def in_each_force(core: Frame, held: Frame) -> Frame:
    """`core_people` once for each force that holds them, under `area`, and once for all. Both frames computed."""
    forces = held.select("person_id", "side", "force").unique().with_columns(area=_force()).drop("force")
    columns = ["side", "area", *CATEGORIES]
    in_force = core.join(forces, on=["person_id", "side"]).select(*columns)
    return nw.concat([core.with_columns(area=nw.lit("all")).select(*columns), in_force], how="vertical")


def core_figures(in_forces: Frame, tables: RunTables) -> Figures:
    """The table's cells as figures. in_forces: `in_each_force`, computed."""
    groupings = {c: Grouping(c, tables.code_list(c)) for c in (ETHNICITY, NATIONALITY)}
    groupings["sex"] = Grouping("sex", tables.code_list("sex"))
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in _counted(in_forces):
        counts[row["side"], row["what"], row["area"]][_category(row, groupings)] += row["n"]
    yield from _as_figures(counts)


def _counted(in_forces: Frame) -> list[Row]:
    """People by side, area, characteristic and value, in one count."""
    told = [
        in_forces.select("side", "area", nw.lit(what).alias("what"), nw.col(what).alias("value")) for what in CATEGORIES
    ]
    together = nw.concat(told, how="vertical")
    return collected(together.group_by("side", "area", "what", "value").agg(nw.len().alias("n")))


def _category(row: Row, groupings: Mapping[str, Grouping]) -> str:
    what, value = row["what"], row["value"]
    if value is None:
        return NOT_RECORDED
    if value == DISAGREE or what not in _CODED:
        return str(value)
    group = groupings[_CODED[what]].group(value)
    return group if what != "nationality" or group in COUNTRIES else "another country"


_CODED = {"sex": "sex", "ethnicity": ETHNICITY, "nationality": NATIONALITY}


def _as_figures(counts: Mapping[tuple[str, str, str], Counter[str]]) -> Figures:
    for (side, what, area), held in counts.items():
        if what == "stage" and side == "victims":
            continue
        measure = Measure(f"core-{what}", side, "person", PEOPLE, LINK)
        unknowns = UNKNOWN if what in _CODED else (NOT_RECORDED,)
        unknown, total = sum(held[name] for name in unknowns), sum(held.values())
        for group in (*_categories(what, held), *unknowns):
            missing = 0 if group in unknowns else unknown
            yield figure(measure, Cell(area=area, group=group), Count(held[group], total, missing))


def _categories(what: str, held: Mapping[str, int]) -> Sequence[str]:
    """Those of `CATEGORIES`, and a project's own ones that somebody is in."""
    own = sorted(set(held) - set(CATEGORIES[what]) - set(UNKNOWN))
    return (*CATEGORIES[what], *own)


def pair_figures(held: Frame, per_person: Frame, tables: RunTables) -> Figures:
    """Victims and suspects of one crime, by the ethnicity of both: nationally only, and with both unknowns.

    held: `parts`, computed. A pair of people is counted once, however many crimes they share. The least of a cell are
    those of whom both are known; the most are these, those of whom one is and the other could be, and those of whom
    neither is.
    """
    grouping = Grouping(ETHNICITY, tables.code_list(ETHNICITY))
    counts: Counter[tuple[str, str]] = Counter()
    for row in _pairs(held, per_person):
        told = (grouping.group(row[side]) if row[side] else NOT_RECORDED for side in ("victim", "suspect"))
        counts[next(told), next(told)] += row["n"]
    measure = Measure(PAIRS, "victims and suspects of one crime", "pair", PEOPLE, LINK)
    total = sum(counts.values())
    names = dict.fromkeys((*grouping.always, NOT_RECORDED))
    for victim in names:
        for suspect in names:
            unknown = _may_be(counts, victim, suspect)
            cell = Cell(group=f"victim {victim}, suspect {suspect}")
            yield figure(measure, cell, Count(counts[victim, suspect], total, unknown))


PAIRS = "victim-by-suspect-ethnicity"


def _may_be(counts: Mapping[tuple[str, str], int], victim: str, suspect: str) -> int:
    """Pairs that are of a cell if what is unknown of them is. A cell of unknowns is a count, not a share to bound."""
    if NOT_RECORDED in (victim, suspect):
        return 0
    both = ((victim, NOT_RECORDED), (NOT_RECORDED, suspect), (NOT_RECORDED, NOT_RECORDED))
    return sum(counts.get(cell, 0) for cell in both)


def _pairs(held: Frame, per_person: Frame) -> list[Row]:
    victims, suspects = (
        held.filter(nw.col("side") == side).select("crime_id", nw.col("person_id").alias(name))
        for side, name in (("victims", "victim_id"), ("suspects", "suspect_id"))
    )
    met = victims.join(suspects, on="crime_id").filter(nw.col("victim_id") != nw.col("suspect_id"))
    pairs = met.select("victim_id", "suspect_id").unique()
    answers = per_person.select("person_id", _agreed(ETHNICITY, None).alias("answer"))
    for name in ("victim", "suspect"):
        side = answers.rename({"person_id": f"{name}_id", "answer": name})
        pairs = pairs.join(side, on=f"{name}_id", how="left")
    return collected(pairs.group_by("victim", "suspect").agg(nw.len().alias("n")))


def _agreed(column: str, differ: str | None) -> nw.Expr:
    """The one value of all records; `differ` where there are two."""
    first, last = nw.col(f"{column}_first"), nw.col(f"{column}_last")
    return nw.when(first == last).then(first).when(first != last).then(nw.lit(differ, dtype=nw.String()))


def _rank() -> nw.Expr:
    """The place of a stage in `STAGES`; null where none is recorded."""
    rest: nw.Expr = nw.lit(None, dtype=nw.Int64())
    return reduce(
        lambda told, i: nw.when(nw.col("stage") == STAGES[i]).then(nw.lit(i)).otherwise(told), range(len(STAGES)), rest
    )


def _case() -> nw.Expr:
    """From a place in `STAGES` to the stage of the case."""
    charged = STAGES.index("charged")
    named = nw.when(nw.col("stage") < charged).then(nw.lit(NEVER_CHARGED))
    for place, name in enumerate(CASE[1:], start=charged):
        named = named.when(nw.col("stage") == place).then(nw.lit(name))
    return named


def _age() -> nw.Expr:
    """Whole years on the first day of the offence; null where either day is missing or the two cannot be."""
    born, day = nw.col("dob").dt, nw.col("offence_from").dt
    before = (day.month() * 100 + day.day()) < (born.month() * 100 + born.day())
    years = day.year() - born.year() - nw.when(before).then(nw.lit(1)).otherwise(nw.lit(0))
    return nw.when((years >= 0) & (years <= 120)).then(years.cast(nw.Int64()))


def _band() -> nw.Expr:
    age = nw.col("age")
    first, *rest = BANDS
    named = nw.when(age < first[1]).then(nw.lit(first[0]))
    for name, above in rest:
        named = named.when(age < above).then(nw.lit(name))
    return named


def _setting() -> nw.Expr:
    text = nw.col("premises").str.to_lowercase()
    named = nw.when(text.is_null()).then(nw.lit(None, dtype=nw.String()))
    for name, words in SETTINGS:
        named = named.when(text.str.contains(words)).then(nw.lit(name))
    return named.otherwise(nw.lit(OTHER_SETTING))


def _force() -> nw.Expr:
    return nw.concat_str(nw.lit(force_area("")), nw.col("force").fill_null(NOT_RECORDED))
