"""Which files each kind of system writes, and which fields stand in them under which headers."""

from __future__ import annotations

from dataclasses import dataclass, field

from joinedup.synthetic.cases import STAGES
from joinedup.synthetic.fields import (
    Field,
    birth_field,
    code_field,
    constant,
    day_field,
    lines_field,
    list_field,
    name_field,
    nationality_field,
    one_line_field,
    phones_field,
    quoted,
    read_again,
    text_field,
    unread,
    word_field,
    yes_no_field,
)
from joinedup.synthetic.headers import FILES, Headers
from joinedup.synthetic.styles import CARE, CRIME, CUSTODY, INQUIRY, INTELLIGENCE
from joinedup.synthetic.systems import System


@dataclass(frozen=True)
class TableLayout:
    """One table read from one file or sheet. file: without its ending; several tables may be read from one."""

    table: str
    file: str
    fields: tuple[Field, ...]
    comment: str = ""
    where: dict[str, list[str]] = field(default_factory=dict)


def layout_of(system: System) -> list[TableLayout]:
    """The files and tables of a system."""
    if system.kind == CUSTODY:
        return _custody(system)
    tables = [_persons(system), _cases(system), _roles(system)]
    if system.kind == CRIME:
        tables.append(_classifications(system))
    if system.kind != INTELLIGENCE:
        tables.append(_notes(system))
    return [*tables, _contacts(system)] if system.kind != CARE else tables


def _person_fields(system: System) -> list[Field]:
    """Fields of person records, in the order of the system's own screen."""
    style, h = system.style, Headers(system.style)
    names = (
        [name_field(h["name"], style.order)]
        if style.order
        else [text_field("forenames", h["forenames"]), text_field("surname", h["surname"])]
    )
    fields = [text_field("local_id", h["local_id"]), *names, list_field("aliases", "aliases", h["aliases"])]
    fields += [birth_field(h["dob"], style) if system.kind == INTELLIGENCE else day_field("dob", h["dob"], style)]
    fields += [code_field("sex", h["sex"], style.sex)]
    fields += (
        [code_field("self_defined_ethnicity", h["self_defined_ethnicity"], style.self_defined)]
        if style.self_defined
        else []
    )
    fields += [code_field("observed_ethnicity", h["observed_ethnicity"], style.observed)] if style.observed else []
    fields += (
        [nationality_field((h["nationality"], h["second_nationality"]), style.nationality)] if style.nationality else []
    )
    fields += [one_line_field(h["address"])] if style.order else [lines_field((h["line"], h["town"]))]
    fields += [text_field("postcode", h["postcode"]), phones_field(h["phones"], style)]
    fields += [text_field(target, h[target]) for target in _identifiers(system)]
    fields += [list_field("emails", "email", h["emails"])] if system.kind in (CRIME, CARE) else []
    fields += [day_field("died_on", h["died_on"], style)] if system.kind in (CRIME, CARE, INQUIRY) else []
    return [*fields, day_field("recorded_on", h["recorded_on"], style), *_owner(system)]


def _identifiers(system: System) -> tuple[str, ...]:
    return {
        CRIME: ("id_pnc", "occupation"),
        CUSTODY: ("id_pnc", "id_cro", "birth_place", "occupation"),
        INTELLIGENCE: ("id_pnc",),
        INQUIRY: ("id_pnc", "occupation"),
        CARE: ("id_nhs", "id_child", "birth_place"),
    }[system.kind]


def _owner(system: System) -> list[Field]:
    return [text_field("force", Headers(system.style)["force"])] if system.writes_force else []


def _persons(system: System) -> TableLayout:
    return TableLayout(
        "person_records",
        FILES[system.kind]["person_records"],
        tuple(_person_fields(system)),
        "One row a person as this system first met them.",
    )


def _cases(system: System) -> TableLayout:
    style, h = system.style, Headers(system.style)
    fields = [text_field("crime_id", h["crime_id"]), day_field("recorded_on", h["recorded_on"], style)]
    fields += [day_field("offence_from", h["offence_from"], style), day_field("offence_to", h["offence_to"], style)]
    fields += [
        yes_no_field("cse_flag", h["cse_flag"], style),
        text_field("premises", h["premises"]),
        text_field("postcode", h["postcode"]),
    ]
    if system.kind in (CRIME, INQUIRY):
        fields += [text_field(target, h[target]) for target in ("ho_class", "cjs_code", "outcome", "closed_reason")]
        fields += [day_field("outcome_on", h["outcome_on"], style)]
    comment = (
        "Crimes."
        if system.kind in (CRIME, INQUIRY)
        else "No class and no outcome are kept here: a row is a report, not a crime."
    )
    return TableLayout("crimes", FILES[system.kind]["crimes"], (*fields, *_owner(system)), comment)


def _roles(system: System) -> TableLayout:
    style, h = system.style, Headers(system.style)
    roles = {ours: style.words[ours] for ours in ("suspect", "victim", "witness", "other")}
    stages = {ours: style.words[ours] for ours in STAGES if ours in style.words}
    fields = [
        text_field("crime_id", h["crime_id"]),
        text_field("record_id", h["local_id"]),
        word_field("role", h["role"], roles),
    ]
    fields += [word_field("stage", h["stage"], stages)]
    if system.kind in (CRIME, INQUIRY):
        fields += [text_field(target, h[target]) for target in ("stated_age", "age_low", "age_high")]
        fields += [yes_no_field("identified", h["identified"], style)]
    return TableLayout("roles", FILES[system.kind]["roles"], tuple(fields), "Who had which part in what.")


def _classifications(system: System) -> TableLayout:
    style, h = system.style, Headers(system.style)
    fields = [text_field("crime_id", h["crime_id"]), day_field("changed_on", h["changed_on"], style)]
    fields += [text_field(target, h[target]) for target in ("from_class", "to_class", "reason")]
    return TableLayout(
        "classifications", FILES[system.kind]["classifications"], tuple(fields), "Changes of class or status."
    )


def _notes(system: System) -> TableLayout:
    style, h = system.style, Headers(system.style)
    fields = [
        text_field("note_id", h["note_id"]),
        text_field("crime_id", h["crime_id"]),
        day_field("written_on", h["written_on"], style),
    ]
    fields += [text_field(target, h[target]) for target in ("author_role", "text")]
    return TableLayout(
        "notes", FILES[system.kind]["notes"], tuple(fields), "The log, written by roles and never by names."
    )


def _contacts(system: System) -> TableLayout:
    h = Headers(system.style)
    kinds = {"phone": "Telephone", "vehicle": "Vehicle", "place": "Location"}
    fields = (
        text_field("record_id", h["local_id"]),
        word_field("kind", h["kind"], kinds),
        text_field("value", h["value"]),
    )
    return TableLayout(
        "contacts", FILES[system.kind]["contacts"], fields, "Phones, vehicles and places tied to a person."
    )


def _custody(system: System) -> list[TableLayout]:
    """One flat file: a row is an arrest, and holds the person, the part in the crime and any charge."""
    style, h = system.style, Headers(system.style)
    stages = {ours: style.words[ours] for ours in STAGES if ours in style.words}
    arrest = [
        text_field("crime_id", h["crime_id"]),
        constant("role", "suspect"),
        word_field("stage", h["stage"], stages),
    ]
    charge = [
        text_field(target, h[target]) for target in ("ho_class", "cjs_code", "replaces", "ended_reason", "disposal")
    ]
    charge += [day_field("charged_on", h["charged_on"], style), unread(yes_no_field("charged", h["charged"], style))]
    file = FILES[system.kind]["person_records"]
    again = [read_again("crime_id", quoted(h["crime_id"])), read_again("record_id", quoted(h["local_id"]))]
    return [
        TableLayout(
            "person_records",
            file,
            tuple(_person_fields(system)),
            "One row an arrest; the same person has a row for each.",
        ),
        TableLayout(
            "crimes",
            file,
            (again[0], read_again("recorded_on", quoted(h["recorded_on"]))),
            "The case, as far as custody knows it.",
        ),
        TableLayout("roles", file, (again[1], *arrest), "The crime number is crime recording's where the desk had it."),
        TableLayout("charges", file, (*again, *charge), "Rows with a charge.", where={h["charged"]: [style.yes]}),
    ]
