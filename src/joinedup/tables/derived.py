"""The tables made from records and decisions: returns, clusters, groups, cases, figures, claims."""

from __future__ import annotations

import pyarrow as pa

from joinedup.tables.columns import MOMENT, NUMBER, TEXT, TEXTS, WHOLE, YES_NO, Column, Table
from joinedup.tables.grouped import GROUP_TABLES
from joinedup.tables.reviewed import REVIEW_TABLES

EVIDENCE = pa.list_(pa.struct([("comparison", TEXT), ("level", TEXT), ("weight", NUMBER)]))
VALUES = pa.list_(pa.struct([("column", TEXT), ("value", TEXT), ("record_id", TEXT)]))
HOLDINGS = pa.list_(pa.struct([("person_id", TEXT), ("record_id", TEXT)]))

RETURNS = Table(
    "returns",
    "one reason why one row was returned or marked",
    ("source_file", "source_row", "table", "column", "rule"),
    (
        Column("record_id", TEXT, "Key of the row, when it has one."),
        Column("table", TEXT, "Table the row was meant for."),
        Column("source_file", TEXT, "Extract.", required=True),
        Column("source_row", WHOLE, "Row of the extract; the header is row 1.", required=True),
        Column("column", TEXT, "Column the rule read first; null for the whole row."),
        Column("rule", TEXT, "Name of the rule.", required=True),
        Column("severity", TEXT, "Whether the row was kept out.", values=("returned", "marked"), required=True),
        Column("message", TEXT, "What is wrong, without the value."),
        Column("remedy", TEXT, "What to do."),
    ),
)

UNREADABLE = Table(
    "unreadable",
    "one reason why one row of an extract could not be read",
    ("source_file", "source_row", "table", "column", "rule"),
    (
        Column("source_file", TEXT, "Extract.", required=True),
        Column("source_row", WHOLE, "Row of the extract; the header is row 1.", required=True),
        Column("table", TEXT, "Table the row was meant for."),
        Column(
            "column", TEXT, "Column of the extract, where one is to blame; its place where its name may be a value."
        ),
        Column("rule", TEXT, "Name of the gate's rule.", required=True),
    ),
)
"""Passed from the reader to the gate, which makes rows of `returns` of it; never written."""

COMPLETENESS = Table(
    "completeness",
    "how many records of suspects hold one value, or one reason for none, by sender, field and month",
    ("sender", "column", "period", "value", "reason"),
    (
        Column("sender", TEXT, "System, and force where the record names one.", required=True),
        Column("column", TEXT, "Field.", required=True),
        Column("period", TEXT, "Month in which the system first held the record, `2024-05`; empty when not known."),
        Column("value", TEXT, "Code; `filled` for a birth date; null when missing."),
        Column("reason", TEXT, "Why it is missing."),
        Column("count", WHOLE, "Records, returned ones included: it is about what was sent.", required=True),
    ),
)

SOUNDNESS = Table(
    "soundness",
    "one reason why a sender's field is not to be relied on",
    ("sender", "column", "kind", "period", "message"),
    (
        Column("sender", TEXT, "System, and force where the record names one.", required=True),
        Column("column", TEXT, "Field.", required=True),
        Column("kind", TEXT, "What was found, such as `never-missing`.", required=True),
        Column("period", TEXT, "Month in which it begins; null when it is about all of them."),
        Column("message", TEXT, "What was found, in figures.", required=True),
        Column("remedy", TEXT, "What to ask of the sender."),
    ),
)

CLUSTERS = Table(
    "clusters",
    "which person a record belongs to",
    ("record_id",),
    (
        Column("record_id", TEXT, "The person record.", required=True),
        Column("person_id", TEXT, "The person. Says nothing about them.", required=True),
        Column(
            "cluster_weight",
            NUMBER,
            "Weakest tie that holds the record in its cluster, bits; null when alone or joined by key.",
        ),
    ),
)

IDENTITIES = Table(
    "identities",
    "one set of records that a person was, in some run",
    ("person_id", "number"),
    (
        Column("person_id", TEXT, "The person, of today or of an earlier run.", required=True),
        Column("held", TEXT, "Keyed digest of the records that they were; shows none of them.", required=True),
        Column("number", WHOLE, "The run that changed it, counted from 1.", required=True),
    ),
)

PERSON_EVENTS = Table(
    "person_events",
    "what became of people of an earlier run, where it is not the same person with the same or more records",
    ("number", "before"),
    (
        Column("number", WHOLE, "The run that did it, counted as in `identities`.", required=True),
        Column("kind", TEXT, "What happened.", values=("joined", "split", "regrouped", "gone"), required=True),
        Column("before", TEXTS, "The people before, in order.", required=True),
        Column("after", TEXTS, "The people who hold their records now; none when all records are gone."),
        Column("ended", HOLDINGS, "Records of those before who are nobody any more, by which they are found today."),
        Column(
            "cause",
            TEXT,
            "What changed them: a judgement, records taken out, settings, or what the records say.",
            values=("judgement", "records gone", "settings", "records"),
            required=True,
        ),
    ),
)

PAIRS = Table(
    "pairs",
    "a scored pair of records",
    ("record_id_l", "record_id_r"),
    (
        Column("record_id_l", TEXT, "The record whose id sorts first.", required=True),
        Column("record_id_r", TEXT, "The other record.", required=True),
        Column(
            "match_weight",
            NUMBER,
            "Bits, log2 of match to non-match likelihood with the prior, 6 decimals; null for a pair joined by key.",
            "Fellegi and Sunter (1969), J. Am. Stat. Assoc. 64(328)",
        ),
        Column("evidence", EVIDENCE, "What each comparison found and how many bits it gave.", personal=True),
    ),
)

JUDGEMENTS = Table(
    "judgements",
    "what a person decided of two records",
    ("number",),
    (
        Column("number", WHOLE, "Its number: that of the audit log's entry which records it.", required=True),
        Column("record_id_l", TEXT, "The record whose id sorts first.", required=True),
        Column("record_id_r", TEXT, "The other record.", required=True),
        Column("verdict", TEXT, "The decision.", values=("same", "different", "unsure"), required=True),
        Column("by", TEXT, "Account of the person who decided.", required=True),
        Column("at", MOMENT, "When.", required=True),
        Column("why", TEXT, "Why, in their words.", required=True, personal=True),
        Column("reading", WHOLE, "Of a pair that two people read blind: 1 the first, 2 the second; null else."),
        Column("retired_at", MOMENT, "When it was taken back, derived from the retiring event."),
        Column("retired_by", TEXT, "Account of the person who took it back."),
        Column("retired_why", TEXT, "Why, in their words.", personal=True),
        Column("propose_again", YES_NO, "Whether who took it back said that the pair may be proposed again."),
    ),
)

PEOPLE = Table(
    "people",
    "one person, best values with provenance",
    ("person_id",),
    (
        Column("person_id", TEXT, "The person.", required=True),
        Column("values", VALUES, "Best value of each column and the record it came from.", personal=True),
        Column("conflicts", VALUES, "Values that disagree, with their records.", personal=True),
    ),
)

FIGURES = Table(
    "figures",
    "one published number",
    ("measure", "population", "unit", "stage", "period", "area", "group", "method"),
    (
        Column("measure", TEXT, "What is counted, by the name in the glossary.", required=True),
        Column("population", TEXT, "Who is counted.", required=True),
        Column("unit", TEXT, "Unit of count: record, person, offence, row, pair.", required=True),
        Column("stage", TEXT, "Stage of the case, or `all`.", required=True),
        Column("period", TEXT, "Year or period, or `all`.", required=True),
        Column("area", TEXT, "Force or system, or `all`.", required=True),
        Column("group", TEXT, "Category counted, or `all`.", required=True),
        Column("numerator", WHOLE, "Count."),
        Column("denominator", WHOLE, "Everyone counted, unknowns included."),
        Column("unknown", WHOLE, "Of the denominator, how many are unknown."),
        Column("lower", NUMBER, "Lower bound of the share, 0 to 1."),
        Column("upper", NUMBER, "Upper bound of the share, 0 to 1."),
        Column(
            "link_lower",
            NUMBER,
            "Least that the share, its unknowns outside, or the count comes to when records are joined strictly, as "
            "they are, or loosely; null where joining plays no part.",
        ),
        Column("link_upper", NUMBER, "Most that it comes to, the share's unknowns inside."),
        Column("method", TEXT, "How it was made.", required=True),
        Column("assumption", TEXT, "What must be true for it; null when nothing is assumed."),
        Column("benchmark", TEXT, "What it is compared with: area, sex, age and year."),
        Column("suppressed", YES_NO, "True when it must not leave: below the disclosure threshold."),
    ),
)

VERDICTS = ("holds", "holds_if", "insufficient", "contradicted", "refused")

CLAIMS = Table(
    "claims",
    "one wording of a claim, and its verdict by this run",
    ("number",),
    (
        Column("number", WHOLE, "Of its entry in the ledger; a wording that was revised stays.", required=True),
        Column("claim", TEXT, "Its name.", required=True),
        Column("statement", TEXT, "The statement in full.", required=True),
        Column("entered_at", TEXT, "When it was entered, before its figure was read.", required=True),
        Column("entered_by", TEXT, "Account of the person who entered it.", required=True),
        Column("revises", WHOLE, "The wording that it stands in place of."),
        Column("revised_by", WHOLE, "The wording that stands in its place; null for the one in force."),
        Column("why", TEXT, "Why it was entered, or revised, in their words.", required=True),
        Column("figures", TEXTS, "Figures it rests on."),
        Column("verdict", TEXT, "Verdict.", values=VERDICTS, required=True),
        Column("lower", NUMBER, "Least of the share, 0 to 1, or of the difference of two; null where it is refused."),
        Column("upper", NUMBER, "Most of it."),
        Column("assumption", TEXT, "What must be true, for `holds_if`."),
        Column("because", TEXT, "Why it is refused."),
        Column("opposite_verdict", TEXT, "Verdict of the opposite statement.", values=VERDICTS, required=True),
    ),
)

DERIVED_TABLES = (
    RETURNS, COMPLETENESS, SOUNDNESS, CLUSTERS, IDENTITIES, PERSON_EVENTS, PAIRS, JUDGEMENTS,
    PEOPLE, *GROUP_TABLES, *REVIEW_TABLES, FIGURES, CLAIMS,
)  # fmt: skip
