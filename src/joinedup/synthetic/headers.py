"""What a system calls its files and columns, in words of its trade and letters of its own manner."""

from __future__ import annotations

from dataclasses import dataclass

from joinedup.synthetic.styles import CARE, CRIME, CUSTODY, INQUIRY, INTELLIGENCE, Style

FILES = {
    CRIME: {
        "person_records": "nominals",
        "crimes": "crimes",
        "roles": "nominal_links",
        "classifications": "class_history",
        "notes": "log",
        "contacts": "associations",
    },
    CUSTODY: {"person_records": "detentions"},
    INTELLIGENCE: {
        "person_records": "subjects",
        "crimes": "reports",
        "roles": "subject_links",
        "contacts": "entity_links",
    },
    INQUIRY: {
        "person_records": "Nominals",
        "crimes": "Events",
        "roles": "Nominal roles",
        "notes": "Documents",
        "contacts": "Links",
    },
    CARE: {"person_records": "people", "crimes": "referrals", "roles": "people_in_referrals", "notes": "case_notes"},
}
"""File or sheet of each table, by kind of system, without its ending."""

_OF_A_TRADE = {
    CRIME: {
        "local_id": "nominal ref",
        "crime_id": "crime number",
        "note_id": "log ref",
        "text": "log text",
        "written_on": "log date",
    },
    CUSTODY: {"local_id": "custody ref", "crime_id": "crime or custody case", "recorded_on": "arrived on"},
    INTELLIGENCE: {
        "local_id": "subject ref",
        "crime_id": "report ref",
        "recorded_on": "submitted on",
        "cse_flag": "cse marker",
    },
    INQUIRY: {
        "local_id": "nominal no",
        "crime_id": "event no",
        "note_id": "document no",
        "text": "document text",
        "written_on": "document date",
    },
    CARE: {
        "local_id": "person no",
        "crime_id": "referral no",
        "note_id": "case note no",
        "text": "note",
        "written_on": "note date",
        "cse_flag": "cse concern",
    },
}

_COMMON = {
    "forenames": "forenames", "surname": "family name", "name": "full name", "aliases": "also known as",
    "dob": "date of birth", "died_on": "date of death", "sex": "sex",
    "self_defined_ethnicity": "ethnicity self defined", "observed_ethnicity": "ethnic appearance",
    "nationality": "nationality", "second_nationality": "nationality 2", "line": "address line 1", "town": "town",
    "address": "address", "postcode": "postcode", "phones": "phones", "emails": "email",
    "birth_place": "place of birth", "occupation": "occupation", "id_pnc": "pnc id", "id_cro": "cro no",
    "id_nhs": "nhs number", "id_child": "child unique id", "recorded_on": "date created", "force": "owning force",
    "record_id": "person ref", "role": "role", "stage": "status", "stated_age": "age stated", "age_low": "age from",
    "age_high": "age to", "identified": "identified", "offence_from": "committed from", "offence_to": "committed to",
    "ho_class": "ho class", "cjs_code": "cjs code", "cse_flag": "cse flag", "premises": "premises type",
    "outcome": "outcome", "outcome_on": "outcome date", "closed_reason": "closing reason", "changed_on": "changed on",
    "from_class": "class before", "to_class": "class after", "reason": "reason", "charged_on": "charge date",
    "replaces": "replaces charge", "ended_reason": "charge ended", "disposal": "disposal", "charged": "charged",
    "author_role": "entered by role", "kind": "link type", "value": "link value",
}  # fmt: skip


@dataclass(frozen=True)
class Headers:
    """Writes headers in a system's own manner."""

    style: Style

    def __getitem__(self, target: str) -> str:
        """The header of the column that holds `target`."""
        words = (_OF_A_TRADE[self.style.kind].get(target) or _COMMON[target]).split()
        if self.style.headers == "upper":
            return "_".join(words).upper()
        if self.style.headers == "title":
            return " ".join(word.capitalize() for word in words)
        if self.style.headers == "camel":
            return words[0] + "".join(word.capitalize() for word in words[1:])
        return "_".join(words)
