"""The record tables: what extracts become. Text as received stands beside its standardised form."""

from __future__ import annotations

from joinedup.tables.columns import DATE, TEXT, TEXTS, WHOLE, YES_NO, Column, Protection, Table, documented

REASONS = ("not_recorded", "not_asked", "refused", "not_understood", "not_known", "unmapped", "not_applicable")
"""Why a value is missing. A missing value is null and its reason stands in `<column>_reason`."""

POLE = "Minimum POLE Data Standards Dictionary v1.1, PDS/NPCC, 30 July 2023"
AUDIT = "National Audit on Group-based Child Sexual Exploitation and Abuse, June 2025, recommendation 4"
DPA = "Data Protection Act 2018, Part 3"

PROVENANCE = (
    Column(
        "source_file", TEXT, "Extract the row came from, as a path inside `sources/`.", DPA + ", s62", required=True
    ),
    Column("source_row", WHOLE, "Row of that extract as a spreadsheet counts it: the header is row 1.", required=True),
)

_ETHNICITY = (
    Column(
        "self_defined_ethnicity",
        TEXT,
        "What the person said, in 18+1 codes and `W5` Roma. Never filled from the officer's view.",
        AUDIT,
        codes="self-defined-ethnicity",
        personal=True,
        protection=Protection.ETHNICITY,
    ),
    Column(
        "observed_ethnicity",
        TEXT,
        "What an officer saw, `1` to `7`. Never taken for what the person said.",
        POLE + ", DS_112",
        codes="observed-ethnicity",
        personal=True,
        protection=Protection.ETHNICITY,
    ),
)
_NATIONALITIES = Column(
    "nationalities",
    TEXTS,
    "One or more nationalities, ISO 3166 alpha-3, `XXK` Kosovo, `STATELESS`.",
    AUDIT,
    codes="nationality",
    personal=True,
    protection=Protection.NATIONALITY,
)
_DOB = Column("dob", DATE, "Date of birth.", POLE, personal=True)
_SEX = Column("sex", TEXT, "`M`, `F`, `9` not specified.", "PNC sex codes", codes="sex", personal=True)
_FORENAMES = Column("forenames", TEXT, "Forenames in the order given, titles and marks taken off.", POLE, personal=True)
_SURNAME = Column("surname", TEXT, "Family name, titles and marks taken off.", POLE, personal=True)
_POSTCODE = Column(
    "postcode", TEXT, "Postcode with one space; placeholders such as no fixed abode are null.", POLE, personal=True
)
_PHONES = Column("phones", TEXTS, "Phone numbers, digits only, national form.", POLE, personal=True)
_DIED = Column("died_on", DATE, "Date of death.", personal=True)

_REASONED = (_DOB, _SEX, *_ETHNICITY)
_STANDARDISED = ("forenames", "surname", "postcode")


def _record_table(name: str, a_row_is: str, key: tuple[str, ...], columns: tuple[Column, ...]) -> Table:
    """A table that extracts are mapped to: its columns, the text received for each that is read, and provenance."""
    received = documented([c for c in columns if _is_read(c)], "_received", TEXT, "`{name}` as received.")
    return Table(name, a_row_is, key, (*columns, *received, *PROVENANCE))


def _is_read(column: Column) -> bool:
    """Whether the value is read out of a text, so that the text itself could be lost."""
    if column.name == "dob_precision" or column.name.endswith("_reason"):
        return False  # made by the reader, or told in words of our own
    read = column.codes is not None or bool(column.values) or column.type != TEXT
    return read or column.name in _STANDARDISED or column.name.startswith("id_")


PERSON_RECORDS = _record_table(
    "person_records",
    "one mention of a person in one system",
    ("record_id",),
    (
        Column("record_id", TEXT, "`{system}:{local_id}`.", required=True),
        Column("system", TEXT, "System the row came from.", required=True),
        Column(
            "force", TEXT, "Force that owns the record, ONS area code; `BTP`; invented forces `X01` on.", codes="force"
        ),
        Column("local_id", TEXT, "The system's own key for the mention.", required=True),
        _FORENAMES,
        _SURNAME,
        Column("aliases", TEXTS, "Other names the record gives.", POLE, personal=True),
        _DOB,
        Column("dob_precision", TEXT, "How exactly the birth date was given.", values=("day", "month", "year")),
        _DIED,
        _SEX,
        *_ETHNICITY,
        _NATIONALITIES,
        *documented(_REASONED, "_reason", TEXT, "Why `{name}` is missing.", values=REASONS),
        Column(
            "nationality_reason",
            TEXT,
            "Why `nationalities` is missing.",
            values=REASONS,
            personal=True,
            protection=Protection.NATIONALITY,
        ),
        Column(
            "not_asked_why",
            TEXT,
            "Why ethnicity or nationality was not asked, in the officer's words. Needed beside the reason `not_asked`.",
            AUDIT,
            personal=True,
        ),
        _POSTCODE,
        Column("address", TEXT, "Address lines as one text.", POLE, personal=True),
        _PHONES,
        Column("emails", TEXTS, "E-mail addresses, lower case.", POLE, personal=True),
        Column(
            "birth_place",
            TEXT,
            "Place of birth. Compared in linkage only when the user names it.",
            personal=True,
            protection=Protection.ORIGIN,
        ),
        Column("occupation", TEXT, "Occupation. Compared in linkage only when the user names it.", personal=True),
        Column("id_pnc", TEXT, "Police National Computer identifier, only of people who were arrested.", personal=True),
        Column("id_cro", TEXT, "Criminal Records Office number.", personal=True),
        Column("id_nhs", TEXT, "NHS number.", personal=True),
        Column("id_child", TEXT, "Identifier of a child across services (audit recommendation 6).", personal=True),
        Column("id_other", TEXT, "Any other identifier that two systems may share.", personal=True),
        Column("recorded_on", DATE, "Day the system first held the record."),
        Column("restriction", TEXT, "Who may not see the record, in the sender's words."),
        Column("handling", TEXT, "Handling conditions, in the sender's words."),
        Column("retain_until", DATE, "Day until which the law asks for or allows retention."),
    ),
)

OUTCOMES = tuple([str(n) for n in range(23)] + ["1A", "2A", "3A"])

CRIMES = _record_table(
    "crimes",
    "one crime or incident in one system",
    ("crime_id",),
    (
        Column("crime_id", TEXT, "`{system}:{local crime reference}`.", required=True),
        Column("system", TEXT, "System the row came from.", required=True),
        Column("force", TEXT, "Force that owns the crime.", codes="force"),
        Column("recorded_on", DATE, "Day it was recorded.", "Home Office Counting Rules"),
        Column("offence_from", DATE, "First day the offence may have happened."),
        Column("offence_to", DATE, "Last day the offence may have happened."),
        Column("ho_class", TEXT, "Home Office class, zero-padded `019/07`.", codes="ho-class"),
        Column("cjs_code", TEXT, "CJS offence code, such as `SX03025`, with its suffix.", codes="cjs-offence"),
        Column("cse_flag", YES_NO, "Whether the system flags child sexual exploitation."),
        Column("premises", TEXT, "Kind of premises.", personal=True),
        Column("postcode", TEXT, "Postcode of the place.", personal=True),
        Column(
            "outcome",
            TEXT,
            "Outcome `1` to `22`; `0` = none yet, never a denominator.",
            "Home Office outcomes framework",
            codes="outcome",
        ),
        Column("outcome_on", DATE, "Day the outcome was assigned."),
        Column("closed_reason", TEXT, "Why it was closed, in the system's words.", personal=True),
    ),
)

ROLE_NAMES = ("suspect", "offender", "victim", "witness", "other")
STAGES = ("named", "interviewed", "arrested", "charged", "convicted", "acquitted")

ROLES = _record_table(
    "roles",
    "a person record's part in a crime",
    ("crime_id", "record_id", "role"),
    (
        Column("crime_id", TEXT, "The crime.", required=True),
        Column("record_id", TEXT, "The person record.", required=True),
        Column("role", TEXT, "Part in the crime.", POLE, values=ROLE_NAMES, required=True),
        Column("stage", TEXT, "How far the case against a suspect went.", values=STAGES),
        Column("stage_on", DATE, "Day the stage was reached, such as the day of arrest."),
        Column("stated_age", WHOLE, "Age in years as stated.", personal=True),
        Column("age_low", WHOLE, "Youngest age in a stated range.", personal=True),
        Column("age_high", WHOLE, "Oldest age in a stated range.", personal=True),
        Column("identified", YES_NO, "False: a description only, nobody known. Null counts as identified.", POLE),
    ),
)

CHARGES = _record_table(
    "charges",
    "a charge or disposal",
    ("crime_id", "record_id", "cjs_code", "charged_on"),
    (
        Column("crime_id", TEXT, "The crime.", required=True),
        Column("record_id", TEXT, "The person record charged.", required=True),
        Column("cjs_code", TEXT, "CJS offence code charged.", codes="cjs-offence"),
        Column("ho_class", TEXT, "Home Office class charged.", codes="ho-class"),
        Column("charged_on", DATE, "Day of charge."),
        Column("replaces", TEXT, "CJS code of the charge this one replaced.", codes="cjs-offence"),
        Column("ended_reason", TEXT, "Why the charge ended.", personal=True),
        Column("disposal", TEXT, "Disposal."),
    ),
)

CLASSIFICATIONS = _record_table(
    "classifications",
    "a change of a crime's class or status",
    ("crime_id", "changed_on", "from_class", "to_class"),
    (
        Column("crime_id", TEXT, "The crime.", required=True),
        Column("changed_on", DATE, "Day of the change."),
        Column("from_class", TEXT, "Class or status before."),
        Column("to_class", TEXT, "Class or status after."),
        Column("reason", TEXT, "Why, in the system's words.", personal=True),
    ),
)

NOTES = _record_table(
    "notes",
    "a log entry of a case",
    ("note_id",),
    (
        Column("note_id", TEXT, "`{system}:{local note reference}`.", required=True),
        Column("crime_id", TEXT, "The crime.", required=True),
        Column("written_on", DATE, "Day it was written."),
        Column("author_role", TEXT, "Role of the writer, never a name."),
        Column("text", TEXT, "The entry.", personal=True),
    ),
)

CONTACTS = _record_table(
    "contacts",
    "a phone, vehicle, address or place tied to a person record",
    ("record_id", "kind", "value"),
    (
        Column("record_id", TEXT, "The person record.", required=True),
        Column("kind", TEXT, "Kind of contact.", values=("phone", "vehicle", "address", "place"), required=True),
        Column("value", TEXT, "The number, mark, address or place.", required=True, personal=True),
    ),
)

RECORD_TABLES = (PERSON_RECORDS, CRIMES, ROLES, CHARGES, CLASSIFICATIONS, NOTES, CONTACTS)
"""The tables that extracts are mapped to."""
