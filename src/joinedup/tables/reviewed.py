"""The tables about the review of closed cases: what to look at again, counts for publication, referrals. Never released
as they stand.
"""

from __future__ import annotations

import pyarrow as pa

from joinedup.tables.columns import DATE, NUMBER, TEXT, WHOLE, YES_NO, Column, Table

HITS = pa.list_(
    pa.struct([("rule", TEXT), ("version", TEXT), ("fields", pa.list_(pa.struct([("name", TEXT), ("value", TEXT)])))])
)

REVIEW_CASES = Table(
    "review_cases",
    "a crime to look at again, or that ranking may bring up",
    ("crime_id",),
    (
        Column("crime_id", TEXT, "The crime.", required=True),
        Column("force", TEXT, "Force that owns it, whose readers never read it.", codes="force"),
        Column("hits", HITS, "Rules that fired and the field values that fired them.", personal=True),
        Column("order", NUMBER, "Place in the first queue, by the rules alone; lower is sooner."),
        Column("rank", NUMBER, "What the rules make of it: the sum of their weights; 0 where none fired."),
        Column("why", TEXT, "Why it should be looked at.", personal=True),
        Column("why_not", TEXT, "What speaks against.", personal=True),
    ),
)

REVIEW_COUNTS = Table(
    "review_counts",
    "how many cases a rule or a law concerns, by force and year",
    ("measure", "unit", "force", "year", "category"),
    (
        Column("measure", TEXT, "Name of the rule, or `two-laws`.", required=True),
        Column("unit", TEXT, "`recorded` crimes or `charged` offences.", required=True),
        Column("force", TEXT, "Force, or `not recorded`.", required=True),
        Column("year", TEXT, "Year of the outcome, or of the offence for `two-laws`; or `not known`.", required=True),
        Column("category", TEXT, "Outcome, or what changes between the laws.", required=True),
        Column("number", WHOLE, "How many.", required=True),
        Column("closed_without_charge", WHOLE, "How many of them were closed without a charge.", required=True),
        Column("unknown", WHOLE, "Cases of which it cannot be told, because they have no notes and no closing reason."),
    ),
)

REFERRALS = Table(
    "referrals",
    "a reopened case given to a force or the NCA",
    ("crime_id", "to", "on"),
    (
        Column("crime_id", TEXT, "The crime.", required=True),
        Column("to", TEXT, "Who received it: a force, or `NCA`.", required=True),
        Column("on", DATE, "When.", required=True),
        Column("accepted", YES_NO, "Whether it was accepted; null while unanswered."),
        Column("answered_on", DATE, "When it was answered."),
        Column("why", TEXT, "Why it was accepted or declined.", personal=True),
        Column("contacted_on", DATE, "First contact with the victim, whose wish was recorded before."),
        Column("outcome", TEXT, "What came of it."),
        Column("outcome_on", DATE, "When."),
    ),
)

ACTIONS = Table(
    "actions",
    "what is being done about a referral",
    ("referral", "action"),
    (
        Column("referral", TEXT, "Number of the referral.", required=True),
        Column("action", TEXT, "What is to be done.", required=True, personal=True),
        Column("owner", TEXT, "Who does it.", required=True),
        Column("due", DATE, "By when."),
        Column("done_on", DATE, "When it was done."),
    ),
)

REVIEW_TABLES = (REVIEW_CASES, REVIEW_COUNTS, REFERRALS, ACTIONS)
