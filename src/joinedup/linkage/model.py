"""The model for police records, in Splink's own JSON: comparisons, levels, starting probabilities, blocking.

Starting weights follow the live model of the Core Person Record (Ministry of Justice, hmpps-person-match): name exact
17 bits, near 7, swapped 14, surname alone 3; birth date exact 14, one edit 3; rare postcode 15, district 5; identifiers
21, two different ones of a kind strongly against. They stand where training has too few pairs to say better.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_THRESHOLD = 9.0
"""Bits. Two records are joined at odds of 512 to 1 or better.

Between the weights that were best with the truth known on two sets of people with families: 7 for 44,190 records of
seven systems and 11 for a simulation of 1,450,000. Chosen before the invented region was looked at.
"""

NOT_COMPARED = "not compared"
"""What evidence says where one of the two records has no value: neither for nor against."""

FLOOR = 0.0
"""Bits. Pairs below even odds are not kept."""

PRIOR = 1e-5
"""Probability that two random records are one person, when nothing better can be estimated."""

MOST_UNTRAINED = 0.01
"""Share of matches that a level which no trained match showed may have."""

LEAST_M = 2.0**-14
"""Share of matches that is left for every level, however rare training found it."""


@dataclass(frozen=True)
class Level:
    """One level of a comparison: an SQL condition, its label, m and u to start from, and the column of frequencies."""

    sql: str
    label: str
    m: float
    u: float
    frequency: str | None = None


@dataclass(frozen=True)
class Comparison:
    """What is compared, the features it cannot do without, when it says nothing, and its levels from best to worst."""

    name: str
    needs: tuple[str, ...]
    silent: str
    levels: tuple[Level, ...]


def _both(column: str) -> str:
    return f'"{column}_l" IS NULL OR "{column}_r" IS NULL'


def _identifier(column: str, what: str) -> Comparison:
    return Comparison(
        column, (column,), _both(column),
        (
            Level(f'"{column}_l" = "{column}_r"', f"same {what}", 0.95, 0.000_000_5),
            Level("ELSE", f"two different {what}s", 0.05, 0.999_999_5),
        ),
    )  # fmt: skip


def _shared(column: str, what: str) -> Comparison:
    return Comparison(
        column, (column,), _both(column),
        (
            Level(f'list_has_any("{column}_l", "{column}_r")', f"a shared {what}", 0.5, 0.000_01),
            Level("ELSE", f"no shared {what}", 0.5, 0.999_99),
        ),
    )  # fmt: skip


def _near(column: str) -> str:
    return f'jaro_winkler_similarity("{column}_l", "{column}_r") >= 0.88'


COMPARISONS = (
    Comparison(
        "name", ("surname",),
        '("surname_l" IS NULL AND "forename_l" IS NULL) OR ("surname_r" IS NULL AND "forename_r" IS NULL)',
        (
            Level('"full_name_l" = "full_name_r"', "same name", 0.7, 0.000_02, "full_name"),
            Level(
                '"forename_l" = "surname_r" AND "surname_l" = "forename_r"',
                "same name in the other order", 0.02, 0.000_001,
            ),
            Level(
                'list_contains("other_names_l", "full_name_r") OR list_contains("other_names_r", "full_name_l")'
                ' OR list_has_any("other_names_l", "other_names_r")',
                "name is the other's alias", 0.03, 0.000_01,
            ),
            Level(f"{_near('forename')} AND {_near('surname')}", "both names near", 0.12, 0.000_1),
            Level('"surname_l" = "surname_r"', "same surname only", 0.05, 0.005, "surname"),
            Level('"forename_l" = "forename_r"', "same forename only", 0.06, 0.01, "forename"),
            Level("ELSE", "different name", 0.02, 0.985),
        ),
    ),
    Comparison(
        "dob", ("dob",), _both("dob"),
        (
            Level('"dob_l" = "dob_r"', "same birth date", 0.88, 0.000_06),
            Level('damerau_levenshtein("dob_l", "dob_r") <= 1', "birth date one edit apart", 0.06, 0.001_5),
            Level(
                'substr("dob_l", 1, 4) = substr("dob_r", 1, 4) AND substr("dob_l", 6, 2) = substr("dob_r", 9, 2)'
                ' AND substr("dob_l", 9, 2) = substr("dob_r", 6, 2)',
                "day and month swapped", 0.01, 0.000_05,
            ),
            Level(
                'abs(date_diff(\'day\', CAST("dob_l" AS DATE), CAST("dob_r" AS DATE))) <= 366',
                "birth dates within a year", 0.02, 0.04,
            ),
            Level("ELSE", "different birth date", 0.03, 0.958),
        ),
    ),
    Comparison(
        "postcode", ("postcode",), _both("postcode"),
        (
            Level('"postcode_l" = "postcode_r"', "same postcode", 0.6, 0.000_2, "postcode"),
            Level('"sector_l" = "sector_r"', "same postcode sector", 0.05, 0.002),
            Level('"district_l" = "district_r"', "same postcode district", 0.08, 0.01),
            Level("ELSE", "different postcode", 0.27, 0.987_8),
        ),
    ),
    Comparison("sex", ("sex",), _both("sex"), (
        Level('"sex_l" = "sex_r"', "same sex", 0.99, 0.55), Level("ELSE", "different sex", 0.01, 0.45))),
    _shared("phones", "phone"),
    _shared("emails", "e-mail address"),
    _identifier("id_pnc", "PNC number"),
    _identifier("id_cro", "CRO number"),
    _identifier("id_nhs", "NHS number"),
    _identifier("id_child", "child identifier"),
    _identifier("id_other", "identifier"),
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A blocking rule: the features it needs, its SQL, and the list feature whose values it explodes."""

    needs: tuple[str, ...]
    sql: str
    explode: str | None = None


def _equal(*columns: str) -> Block:
    return Block(columns, " AND ".join(f'l."{c}" = r."{c}"' for c in columns))


BLOCKS = (
    *[_equal(column) for column in ("id_pnc", "id_cro", "id_nhs", "id_child", "id_other")],
    _equal("surname", "dob"),
    _equal("forename", "dob"),
    Block(("forename", "surname", "dob"), 'l."surname" = r."forename" AND l."dob" = r."dob"'),
    Block(("forename", "surname", "postcode"), 'l."surname" = r."forename" AND l."forename" = r."surname"'
          ' AND l."postcode" = r."postcode"'),
    _equal("full_name", "postcode"),
    _equal("full_name", "birth_year"),
    _equal("surname", "postcode"),
    _equal("postcode", "dob"),
    Block(("surname", "forename", "birth_year"),
          'substr(l."surname", 1, 4) = substr(r."surname", 1, 4)'
          ' AND substr(l."forename", 1, 3) = substr(r."forename", 1, 3)'
          ' AND l."birth_year" = r."birth_year"'),
    Block(("phones",), 'l."phones" = r."phones"', "phones"),
    Block(("emails",), 'l."emails" = r."emails"', "emails"),
)  # fmt: skip

TRAINING: Mapping[tuple[str, ...], set[str]] = {
    ("surname", "dob"): {"name", "dob"},
    ("postcode", "dob"): {"postcode", "dob"},
    ("full_name", "postcode"): {"name", "postcode"},
}
"""Columns of a block, and the comparisons that cannot be trained within it because they use those columns."""

SURE = (_equal("id_pnc"), _equal("id_cro"), _equal("id_nhs"), _equal("full_name", "dob", "postcode"))
"""Rules that hardly ever join two people; with their assumed recall they give the prior."""

ASSUMED_RECALL = 0.6


def settings(present: Collection[str], parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Splink settings for the features that are present. parameters: a trained model's comparisons, if any."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": PRIOR,
        "comparisons": [_as_splink(c) for c in usable(present)],
        "blocking_rules_to_generate_predictions": [_rule(block) for block in blocks(present)],
        "retain_matching_columns": True,  # the only way to keep the level numbers that the evidence is told from
        "retain_intermediate_calculation_columns": True,
        "em_convergence": 0.0001,
        "max_iterations": 25,
    } | dict(parameters or {})


def without_matches(observed: Mapping[str, Any], fitted: Mapping[str, Any], start: Mapping[str, Any]) -> dict[str, Any]:
    """`fitted` with u as it would be among pairs that are no match.

    observed: u as found in random pairs. fitted: prior and m. start: u below which none falls, because a level that
    every match holds would otherwise come to nothing; and the u of identifiers, which are issued to one person, so
    that pairs which share one are matches and tell nothing of the others.
    """
    share = fitted["probability_two_random_records_match"]
    made = copy.deepcopy(dict(fitted))
    triples = zip(observed["comparisons"], made["comparisons"], start["comparisons"], strict=True)
    for seen, own, first in triples:
        levels = zip(seen["comparison_levels"], own["comparison_levels"], first["comparison_levels"], strict=True)
        for seen_level, level, first_level in levels:
            if "u_probability" in seen_level:
                u = seen_level["u_probability"]
                among_others = (u - share * level.get("m_probability", 0.0)) / (1 - share)
                level["u_probability"] = max(among_others, min(u, first_level["u_probability"]))
            if own["output_column_name"].startswith("id_") and "u_probability" in first_level:
                level["u_probability"] = first_level["u_probability"]
    return made


def believable(settings: Mapping[str, Any], start: Mapping[str, Any]) -> dict[str, Any]:
    """Settings whose m and u are probabilities: each adds up to 1 over a comparison's levels, and none is nothing.

    No level is impossible among matches: a slip in an identifier speaks against, not for ever (two different ones
    weigh -14 bits in the model of the Core Person Record). A level that training never met keeps the m it started
    with, but no more than `MOST_UNTRAINED`, for it is rare.
    """
    made = copy.deepcopy(dict(settings))
    for comparison, first in zip(made["comparisons"], start["comparisons"], strict=True):
        pairs = zip(comparison["comparison_levels"], first["comparison_levels"], strict=True)
        told = [(level, before) for level, before in pairs if "m_probability" in level]
        trained = any(level["m_probability"] != before["m_probability"] for level, before in told)
        for level, before in told:
            if trained and level["m_probability"] == before["m_probability"]:
                level["m_probability"] = min(level["m_probability"], MOST_UNTRAINED)
            level["m_probability"] = max(level["m_probability"], LEAST_M)
        for name in ("m_probability", "u_probability"):
            whole = sum(level[name] for level, _ in told)
            for level, _ in told:
                level[name] /= whole
    return made


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
    return [c for c in COMPARISONS if set(c.needs) <= set(present)]


def training_blocks(present: Collection[str]) -> list[tuple[str, ...]]:
    """The columns of each block within which at least one comparison can be trained."""
    names = {comparison.name for comparison in usable(present)}
    return [columns for columns, held in TRAINING.items() if set(columns) <= set(present) and names - held]


def blocks(present: Collection[str]) -> list[Block]:
    """The blocking rules whose features are there."""
    return [b for b in BLOCKS if set(b.needs) <= set(present)]


def _rule(block: Block) -> dict[str, Any]:
    rule: dict[str, Any] = {"blocking_rule": block.sql, "sql_dialect": "duckdb"}
    if block.explode:
        rule["arrays_to_explode"] = [block.explode]
    return rule


def _as_splink(comparison: Comparison) -> dict[str, Any]:
    silent = {"sql_condition": comparison.silent, "label_for_charts": NOT_COMPARED, "is_null_level": True}
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [silent, *[_level(level) for level in comparison.levels]],
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
