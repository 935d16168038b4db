"""The model for police records, in Splink's own JSON: comparisons, levels, starting probabilities, blocking.

Starting weights follow the live model of the Core Person Record (Ministry of Justice, hmpps-person-match): name exact
17 bits, near 7, swapped 14, surname alone 3; birth date exact 14, one edit 3; rare postcode 15, district 5; identifiers
21, two different ones of a kind strongly against. They stand where training has too few pairs to say better.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from joinedup.linkage.features import EACH, IDENTIFIER, IDENTIFIERS, ON_REQUEST, UNWRITTEN

NOT_COMPARED = "not compared"
"""What evidence says where one of the two records has no value: neither for nor against."""

FLOOR = 0.0
"""Bits. Pairs below even odds are not kept."""

PRIOR = 1e-5
"""Probability that two random records are one person, when nothing better can be estimated."""


@dataclass(frozen=True)
class Level:
    """One level of a comparison: its SQL condition, label, and probability among three kinds of pairs to start from.

    m: one person. u: strangers. r: relatives, two people of one household or family. frequency: column whose common
    values weigh less.
    """

    sql: str
    label: str
    m: float
    u: float
    r: float
    frequency: str | None = None


@dataclass(frozen=True)
class Comparison:
    """What is compared, the features of which it needs one, when it says nothing, and its levels from best to worst.

    silent: conditions any of which silences it. It takes all of them where it compares several features, of which one
    is enough (`all_silent`). A condition or level on a feature that nobody has is left out.
    """

    name: str
    needs: tuple[str, ...]
    silent: tuple[str, ...]
    levels: tuple[Level, ...]
    all_silent: bool = False


def _both(column: str) -> str:
    return f'"{column}_l" IS NULL OR "{column}_r" IS NULL'


def _same(column: str) -> str:
    return f'"{column}_l" = "{column}_r"'


def _near(column: str, least: float) -> str:
    return f'jaro_winkler_similarity("{column}_l", "{column}_r") >= {least}'


def near(what: str) -> str:
    """The label of two texts that are alike, letter by letter."""
    return f"{what} nearly the same"


def slip(what: str) -> str:
    """The label of two texts that are one letter, digit or exchange of neighbours apart."""
    return f"{what} one typing slip apart"


def _identifier(column: str, what: str, name: str | None = None) -> Comparison:
    each = EACH + column
    return Comparison(
        name or column, (column,), (_both(column),),
        (
            Level(_same(column), f"same {what}", 0.95, 5e-7, 1e-5),
            Level(f'list_has_any("{each}_l", "{each}_r")', f"one of several {what}s in common", 0.01, 2e-8, 2e-7),
            Level(f'damerau_levenshtein("{column}_l", "{column}_r") <= 1', slip(what), 0.04, 2e-5, 1e-4),
            Level("ELSE", f"two different {what}s", 0.01, 0.999_979_5, 0.999_89),
        ),
    )  # fmt: skip


def _other_identifiers(present: Collection[str]) -> list[Comparison]:
    """Of identifiers that `person_records` has no column for.

    Nobody vouches that each is issued to one person, so that their names do not begin with `id_`: training leaves the u
    of those alone.
    """
    others = sorted(name for name in present if name.startswith(IDENTIFIER) and name not in IDENTIFIERS)
    kinds = [(column, column.removeprefix(IDENTIFIER)) for column in others]
    return [_identifier(column, f"{kind.replace('_', ' ')} identifier", f"{kind} identifier") for column, kind in kinds]


def _shared(column: str, what: str, relatives: float) -> Comparison:
    return Comparison(
        column, (column,), (_both(column),),
        (
            Level(f'list_has_any("{column}_few_l", "{column}_few_r")', f"same {what}", 0.5, 2e-6, relatives),
            Level(f'list_has_any("{column}_l", "{column}_r")', f"same {what}, which many have", 0.02, 1e-4, 0.02),
            Level("ELSE", f"no {what} in common", 0.48, 0.999_898, 0.98 - relatives),
        ),
    )  # fmt: skip


def _requested(column: str, what: str) -> Comparison:
    return Comparison(
        column, (column,), (_both(column),),
        (
            Level(_same(column), f"same {what}", 0.7, 0.02, 0.2, column),
            Level(_near(column, 0.9), near(what), 0.1, 0.005, 0.02),
            Level("ELSE", f"different {what}s", 0.2, 0.975, 0.78),
        ),
    )  # fmt: skip


OTHER_ORDER = "same name in the other order"
"""The label of a forename that tells of the surname as well, which is then not compared."""


def _consonants(column: str, m: float, u: float, r: float) -> Level:
    """Names by their consonants, where one of the two may lack its vowels."""
    unwritten = " OR ".join(f"\"{column}_vowels_{side}\" = '{UNWRITTEN}'" for side in "lr")
    return Level(f"{_same(f'{column}_consonants')} AND ({unwritten})", f"same consonants of a {column}", m, u, r)


_SWAPPED = 'list_contains("surname_parts_l", "forename_r") AND list_contains("surname_parts_r", "forename_l")'
"""A surname's parts hold the surname itself, and each forename where several were written into its place."""

COMPARISONS = (
    Comparison("forename", ("forename",), (_both("forename"),), (
        Level(_same("forename"), "same forename", 0.72, 0.004, 0.04, "forename"),
        Level(f'({_SWAPPED})', OTHER_ORDER, 0.02, 2e-7, 1e-6),
        Level('list_contains("other_names_l", "full_name_r") OR list_contains("other_names_r", "full_name_l")'
              ' OR list_has_any("other_names_l", "other_names_r")', "a name matches an alias", 0.02, 1e-5, 1e-4),
        Level(_near("forename", 0.92), near("forename"), 0.09, 0.004, 0.02),
        Level('list_has_any("forename_family_l", "forename_family_r")', "two forms of one forename", 0.04, 0.002, 0.01),
        _consonants("forename", 0.03, 0.002, 0.01),
        Level('list_contains("given_names_l", "forename_r") OR list_contains("given_names_r", "forename_l")',
              "forename is the other's second name", 0.02, 0.003, 0.03),
        Level('substr("forename_l", 1, 1) = substr("forename_r", 1, 1)'
              ' AND (length("forename_l") = 1 OR length("forename_r") = 1)',
              "forename is an initial that fits", 0.03, 0.002, 0.01),
        Level("ELSE", "different forenames", 0.06, 0.985, 0.89),
    )),
    Comparison("surname", ("surname",), (_both("surname"), _SWAPPED), (
        Level(_same("surname"), "same surname", 0.82, 0.001, 0.75, "surname"),
        Level(_near("surname", 0.92), near("surname"), 0.08, 0.001, 0.04),
        Level(_same("surname_key"), "two spellings of one surname", 0.01, 0.0005, 0.005),
        _consonants("surname", 0.01, 0.0005, 0.005),
        Level('list_has_any("surname_parts_l", "surname_parts_r")', "a surname or a part of one in common",
              0.03, 0.0005, 0.02),
        Level("ELSE", "different surnames", 0.06, 0.997, 0.185),
    )),
    Comparison("dob", ("dob",), (_both("dob"),), (
        Level(_same("dob"), "same date of birth", 0.86, 6e-5, 0.02, "dob"),
        Level('damerau_levenshtein("dob_l", "dob_r") <= 1', slip("date of birth"), 0.07, 0.0015, 0.01),
        Level('"dob_l" = substr("dob_r", 1, 5) || substr("dob_r", 9, 2) || \'-\' || substr("dob_r", 6, 2)',
              "day and month of birth swapped", 0.01, 5e-5, 0.0005),
        Level('abs("birth_days_l" - "birth_days_r") <= 366', "dates of birth within a year", 0.02, 0.04, 0.03),
        Level("ELSE", "different dates of birth", 0.04, 0.958, 0.94),
    )),
    Comparison("birth_year", ("birth_year",), (_both("birth_year"), '"dob_l" IS NOT NULL AND "dob_r" IS NOT NULL'), (
        Level(_same("birth_year"), "same year of birth", 0.9, 0.02, 0.04),
        Level("ELSE", "different years of birth", 0.1, 0.98, 0.96),
    )),
    Comparison("generation", ("generation",), (_both("generation"),), (
        Level(_same("generation"), "both junior, or both senior", 0.97, 0.5, 0.3),
        Level("ELSE", "one junior, one senior", 0.03, 0.5, 0.7))),
    Comparison("home", ("postcode", "address"), (_both("postcode"), _both("address")), (
        Level(_same("address"), "same address", 0.35, 2e-6, 0.5, "address"),
        Level('list_has_any("address_keys_l", "address_keys_r")', "same house and street", 0.1, 1e-5, 0.15),
        Level(_same("postcode"), "same postcode", 0.15, 0.0002, 0.1, "postcode"),
        Level(_same("sector"), "same postcode sector", 0.03, 0.002, 0.03),
        Level(_same("district"), "same postcode district", 0.07, 0.01, 0.05),
        Level("ELSE", "different addresses", 0.3, 0.9878, 0.17),
    ), all_silent=True),
    Comparison("sex", ("sex",), (_both("sex"),), (
        Level(_same("sex"), "same sex", 0.99, 0.55, 0.5), Level("ELSE", "different sex", 0.01, 0.45, 0.5))),
    _shared("phones", "phone", 0.3),
    _shared("emails", "e-mail address", 0.05),
    _identifier("id_pnc", "PNC number"),
    _identifier("id_cro", "CRO number"),
    _identifier("id_nhs", "NHS number"),
    _identifier("id_child", "child identifier"),
    _identifier("id_other", "identifier"),
    _requested("birth_place", "birth place"),
    _requested("occupation", "occupation"),
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A blocking rule: the features it needs, its SQL, the list it explodes. wide: left out where it makes too many."""

    needs: tuple[str, ...]
    sql: str
    explode: str | None = None
    wide: bool = False


def _equal(*columns: str, wide: bool = False) -> Block:
    return Block(columns, " AND ".join(f'l."{c}" = r."{c}"' for c in columns), wide=wide)


def _starting(wide: bool, *parts: tuple[str, int] | str) -> Block:
    """A rule on the first letters of some columns and on others whole."""
    needs = tuple(part if isinstance(part, str) else part[0] for part in parts)
    told = [
        f'l."{part}" = r."{part}"' if isinstance(part, str)
        else f'substr(l."{part[0]}", 1, {part[1]}) = substr(r."{part[0]}", 1, {part[1]})'
        for part in parts
    ]  # fmt: skip
    return Block(needs, " AND ".join(told), wide=wide)


def _exploded(column: str) -> Block:
    return Block((column,), f'l."{column}" = r."{column}"', column)


def _issued(column: str, wide: bool = False) -> tuple[Block, Block]:
    """The rules of a column of identifiers."""
    return _equal(column, wide=wide), replace(_exploded(EACH + column), wide=wide)


BLOCKS = (
    *[block for column in IDENTIFIERS for block in _issued(column)],
    _equal("surname", "dob"),
    _equal("forename", "dob"),
    Block(("forename", "surname", "dob"), 'l."surname" = r."forename" AND l."dob" = r."dob"'),
    Block(("forename", "surname", "dob"), 'l."forename" = r."surname" AND l."dob" = r."dob"'),
    Block(("forename", "surname", "birth_year"), 'l."surname" = r."forename" AND l."birth_year" = r."birth_year"'),
    Block(("forename", "surname", "birth_year"), 'l."forename" = r."surname" AND l."birth_year" = r."birth_year"'),
    _equal("forename", "postcode"),
    _equal("surname", "postcode"),
    Block(("forename", "surname", "postcode"), 'l."surname" = r."forename" AND l."postcode" = r."postcode"'),
    _equal("postcode", "dob"),
    _equal("full_name", "birth_year"),
    _starting(False, ("forename", 3), ("surname", 4), "birth_year"),
    _equal("surname_key", "dob"),
    _starting(False, ("forename", 2), ("surname", 3), ("dob", 7)),
    _starting(False, ("forename", 2), ("surname", 2), "postcode"),
    _equal("forename", "address"),
    _equal("surname", "address"),
    _equal("dob", "address"),
    _starting(True, ("forename", 2), ("surname", 3), "district"),
    _equal("full_name", wide=True),
    _equal("dob", wide=True),
    _equal("postcode", wide=True),
    _equal("surname", "birth_place", wide=True),
    _equal("forename", "birth_year", "birth_place", wide=True),
    _equal("surname_key", "birth_year", wide=True),
    _equal("forename", "birth_year", wide=True),
    _equal("surname", wide=True),
    _equal("forename", wide=True),
    _exploded("phones"),
    _exploded("emails"),
    _exploded("other_names"),
)  # fmt: skip

TRAINING: Mapping[tuple[str, ...], set[str]] = {
    ("surname", "dob"): {"surname", "dob", "birth_year"},
    ("forename", "dob"): {"forename", "dob", "birth_year"},
    ("postcode", "dob"): {"home", "dob", "birth_year"},
    ("full_name", "postcode"): {"forename", "surname", "home"},
    ("full_name", "birth_year"): {"forename", "surname", "dob", "birth_year"},
    **{(column,): {column} for column in IDENTIFIERS},
}
"""Columns of a block, and the comparisons that cannot be trained within it because they use those columns."""


def settings(present: Collection[str]) -> dict[str, Any]:
    """Splink settings for the features that are present, untrained."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": PRIOR,
        "comparisons": [_as_splink(c, present) for c in usable(present)],
        "blocking_rules_to_generate_predictions": [rule_of(block) for block in blocks(present)],
        "retain_matching_columns": True,  # the only way to keep the level numbers that the evidence is told from
        "retain_intermediate_calculation_columns": True,
    }


def relatives(present: Collection[str]) -> dict[str, list[float]]:
    """By comparison: the probability of each level among relatives, in the model's order, the silent one left out."""
    return {c.name: [level.r for level in _levels(c, present)] for c in usable(present)}


def without_frequencies(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that take no notice of how common a value is: in few records nearly every value looks common."""
    plain = copy.deepcopy(dict(settings))
    for comparison in plain["comparisons"]:
        for level in comparison["comparison_levels"]:
            for name in [name for name in level if name.startswith("tf_")]:
                del level[name]
    return plain


def usable(present: Collection[str]) -> list[Comparison]:
    """The comparisons whose features are there."""
    return [c for c in COMPARISONS if set(c.needs) & set(present)] + _other_identifiers(present)


def training_blocks(present: Collection[str]) -> list[tuple[Block, set[str]]]:
    """Blocks within which a comparison can be trained, and the comparisons that cannot be trained there."""
    names = {comparison.name for comparison in usable(present)}
    others = {comparison.needs: {comparison.name} for comparison in _other_identifiers(present)}
    return [
        (_equal(*columns), held)
        for columns, held in {**TRAINING, **others}.items()
        if set(columns) <= set(present) and names - held
    ]


def blocks(present: Collection[str]) -> list[Block]:
    """The blocking rules whose features are there."""
    others = [block for one in _other_identifiers(present) for column in one.needs for block in _issued(column, True)]
    return [b for b in (*BLOCKS, *others) if set(b.needs) <= set(present)]


def rule_of(block: Block) -> dict[str, Any]:
    """A blocking rule as Splink writes it."""
    rule: dict[str, Any] = {"blocking_rule": block.sql, "sql_dialect": "duckdb"}
    if block.explode:
        rule["arrays_to_explode"] = [block.explode]
    return rule


def _levels(comparison: Comparison, present: Collection[str]) -> list[Level]:
    """Levels whose features are there: one level of several may need a column that nobody has."""
    return [level for level in comparison.levels if _reads(level.sql) <= set(present)]


def _reads(sql: str) -> set[str]:
    return {name[:-2] for name in sql.split('"')[1::2]}


def _as_splink(comparison: Comparison, present: Collection[str]) -> dict[str, Any]:
    parts = [f"({part})" for part in comparison.silent if _reads(part) <= set(present)]
    condition = (" AND " if comparison.all_silent else " OR ").join(parts)
    silent = {"sql_condition": condition, "label_for_charts": NOT_COMPARED, "is_null_level": True}
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [silent, *[_level(level) for level in _levels(comparison, present)]],
    }


def _level(level: Level) -> dict[str, Any]:
    made: dict[str, Any] = {
        "sql_condition": level.sql,
        "label_for_charts": level.label,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.frequency:
        made |= {
            "tf_adjustment_column": level.frequency,
            "tf_adjustment_weight": 1.0,
            "tf_minimum_u_value": 0.000_000_1,
        }
    return made


__all__ = [
    "COMPARISONS", "FLOOR", "NOT_COMPARED", "ON_REQUEST", "PRIOR", "Block", "Comparison", "Level", "blocks",
    "relatives", "rule_of", "settings", "training_blocks", "usable", "without_frequencies",
]  # fmt: skip
