"""Facts that a rule may ask about besides a table's own columns: made from other rows, other tables, or received text.

A fact of a table that was not sent is not there, and rules that ask about it are not asked. `<column>_found` are words
for what stood in a text as received (`joinedup.gate.findings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from joinedup.gate.conditions import AS_OF, BESIDE, UNREAD, Types
from joinedup.tables import Table
from joinedup.tables.columns import DATE, TEXT, TEXTS, WHOLE, YES_NO


@dataclass(frozen=True)
class Fact:
    """type: as a column's. meaning: for the manual."""

    type: pa.DataType
    meaning: str


_DUPLICATE = {"duplicate": Fact(YES_NO, "An earlier row has the same key.")}
_CRIME = {"no_crime": Fact(YES_NO, "It names a crime, and no crime with that reference was accepted.")}
_PERSON = {"no_person": Fact(YES_NO, "It names a person record, and none with that reference was accepted.")}
_OFFENCE = {
    "offence_found": Fact(
        TEXTS,
        "What the offence code and class say: `sexual`, `against-child`, `exploitation`, `penetrative`, "
        "`adult-offender`, `under-18-offender`, `class-differs`, `published-fault`, `subclass-unknown`.",
    ),
}

FACTS: Mapping[str, Mapping[str, Fact]] = {
    "person_records": {
        **_DUPLICATE,
        "suspected": Fact(
            YES_NO,
            "A suspect or offender who is `known`, or anybody charged. Of new records also whoever has a role that is "
            "empty or cannot be read. Everybody when no roles were sent.",
        ),
        "harmed": Fact(YES_NO, "A victim in some crime."),
        "role_unread": Fact(YES_NO, "Some role of the person is empty or cannot be read."),
        "stage": Fact(TEXT, "The furthest stage that the person reached as a suspect, a charge among them."),
        "stage_on": Fact(DATE, "The latest day of an arrest, a charge or a later stage of the person as a suspect."),
        "youngest_age": Fact(
            WHOLE, "Lowest age in years at any offence the person has a part in, from the birth date."
        ),
        "born_on_event": Fact(YES_NO, "The birth date is the day of a stage, a charge, or the recording of a crime."),
        "referred_to": Fact(YES_NO, "A role, a charge or a contact names the record."),
        "repeated": Fact(YES_NO, "An earlier record of the system has the same names, birth date and sex."),
        "swapped": Fact(YES_NO, "An earlier record of the system has the same names exchanged, birth date and sex."),
        "seen_before": Fact(YES_NO, "The newest run took a record with this key from another file."),
        "forenames_found": Fact(TEXTS, "What stood in the forenames as received besides a name."),
        "surname_found": Fact(TEXTS, "What stood in the surname as received besides a name."),
        "postcode_found": Fact(TEXTS, "What stood in the postcode as received besides a postcode."),
        "phones_found": Fact(TEXTS, "What stood in the phones as received besides a number that can be rung."),
        "self_defined_ethnicity_found": Fact(TEXTS, "What the text of self-defined ethnicity gives away."),
        "nationalities_found": Fact(TEXTS, "What the text of the nationalities gives away."),
    },
    "crimes": {
        **_DUPLICATE,
        **_OFFENCE,
        "victim_age_low": Fact(WHOLE, "Youngest victim that the offence is about, years."),
        "victim_age_high": Fact(WHOLE, "Oldest victim that the offence is about, years."),
        "suspects": Fact(WHOLE, "Suspects and offenders, identified or not."),
        "known_suspects": Fact(WHOLE, "Suspects and offenders whose role is `known`."),
        "suspects_with_ethnicity": Fact(WHOLE, "Known suspects with a self-defined ethnicity."),
        "victims": Fact(WHOLE, "Victims."),
        "roles_unread": Fact(YES_NO, "Whether some role in it is empty or could not be read: it may be a suspect's."),
        "youngest_victim": Fact(WHOLE, "Lowest age of a victim at the offence, by birth date or else as stated."),
        "victim_fits": Fact(YES_NO, "Some victim may be of the age the offence is about; no: none can be."),
        "shares_victim": Fact(
            YES_NO, "It has one suspect, and another crime with one other suspect has the same victim."
        ),
        "notes_several": Fact(YES_NO, "A note speaks of more than one suspect."),
        "notes_open": Fact(YES_NO, "A note says that something is still to be done."),
        "seen_before": Fact(YES_NO, "The newest run took a crime with this key from another file."),
    },
    "roles": {
        **_DUPLICATE,
        **_CRIME,
        **_PERSON,
        **_OFFENCE,
        "offence_from": Fact(DATE, "First day of the crime."),
        "crime_recorded_on": Fact(DATE, "Day the crime was recorded."),
        "offence_age_low": Fact(WHOLE, "Lowest age at the offence by the birth date, years."),
        "offence_age_high": Fact(WHOLE, "Highest age at the offence by the birth date, years."),
        "recorded_age_high": Fact(WHOLE, "Highest age when the crime was recorded, or else at the offence, years."),
        "known": Fact(
            YES_NO,
            "It is known whom the role is about: it does not say identified = no; or else the stage is an arrest or "
            "later, or of a new record cannot be read; or the person record has a surname and a birth date.",
        ),
        "named": Fact(YES_NO, "The person record has a surname or a birth date."),
        "also_victim": Fact(YES_NO, "The same person record is a victim of the same crime."),
    },
    "charges": {
        **_DUPLICATE,
        **_CRIME,
        **_PERSON,
        **_OFFENCE,
        "offence_from": Fact(DATE, "First day of the crime."),
    },
    "classifications": {**_DUPLICATE, **_CRIME},
    "notes": {
        **_DUPLICATE,
        **_CRIME,
        "says_several": Fact(YES_NO, "The text speaks of more than one suspect."),
        "says_open": Fact(YES_NO, "The text says that something is still to be done."),
    },
    "contacts": {**_DUPLICATE, **_PERSON},
}


def types_of(table: Table) -> Types:
    """Everything that a rule of `table` may ask about, with its type."""
    own = {column.name: column.type for column in table.columns}
    unread = {UNREAD + column.name: YES_NO for column in table.columns}
    facts = {name: fact.type for name, fact in FACTS.get(table.name, {}).items()}
    return {**own, **unread, **dict.fromkeys(beside_marks(table), YES_NO), **facts, AS_OF: DATE}


def beside_marks(table: Table) -> list[str]:
    """The marks that a value stood beside a reason for having none: of people's columns that have a reason."""
    reasons = [name.removesuffix("_reason") for name in table.names if name.endswith("_reason")]
    columns = ["nationalities" if name == "nationality" else name for name in reasons]
    return [BESIDE + name for name in columns if name in table]
