"""What received texts and codes give away: functions of one row's values that make the `_found` facts.

Every function is pure and takes None. A list fact is None where nothing was found.
"""

from __future__ import annotations

import functools

import pyarrow as pa

from joinedup import codes, tables
from joinedup.engine import DistinctMap
from joinedup.errors import CodeListError
from joinedup.gate.facts import FACTS
from joinedup.gate.findings_contacts import phones_found, postcode_found
from joinedup.gate.findings_ethnicity import nationalities_found, self_defined_found
from joinedup.gate.findings_names import names_found
from joinedup.gate.findings_notes import says_open, says_several
from joinedup.tables import Table

SECTIONS_OF_EXPLOITATION = frozenset({"14", "15", "15A", "47", "48", "49", "50"})
"""Sexual Offences Act 2003: arranging a child sex offence, meeting or writing to a child, and exploitation."""

_Conduct = codes.Offence | codes.OffenceClass


def value_maps(table: Table, *, invented: bool) -> tuple[DistinctMap, ...]:
    """How the facts of `table` that rest on one row's own values are made.

    invented: whether postcode areas that begin with X and Ofcom's drama numbers are right. `crimes` and `charges` have
    one map, over code and class.
    """
    if table is tables.PERSON_RECORDS:
        return _of_people(invented)
    if table is tables.CRIMES:
        gives = ("offence_found", "victim_age_low", "victim_age_high")
        return (DistinctMap(("cjs_code", "ho_class"), _crime, _types(table, *gives)),)
    if table is tables.CHARGES:
        return (DistinctMap(("cjs_code", "ho_class"), _charge, _types(table, "offence_found")),)
    if table is tables.NOTES:
        return (DistinctMap(("text",), _note, _types(table, "says_several", "says_open")),)
    return ()


def _of_people(invented: bool) -> tuple[DistinctMap, ...]:
    people = tables.PERSON_RECORDS
    names = ("forenames_received", "surname_received")
    return (
        DistinctMap(names, names_found, _types(people, "forenames_found", "surname_found")),
        DistinctMap(
            ("postcode_received",), lambda t: [postcode_found(t, invented=invented)], _types(people, "postcode_found")
        ),
        DistinctMap(
            ("phones_received",), lambda t: [phones_found(t, invented=invented)], _types(people, "phones_found")
        ),
        DistinctMap(
            ("self_defined_ethnicity_received",),
            lambda t: [self_defined_found(t)],
            _types(people, "self_defined_ethnicity_found"),
        ),
        DistinctMap(
            ("nationalities_received",), lambda t: [nationalities_found(t)], _types(people, "nationalities_found")
        ),
    )


def _types(table: Table, *names: str) -> dict[str, pa.DataType]:
    return {name: FACTS[table.name][name].type for name in names}


def _note(text: str | None) -> list[bool]:
    return [says_several(text), says_open(text)]


def _crime(cjs_code: str | None, ho_class: str | None) -> list[object]:
    conduct = _offence(cjs_code) or _class(ho_class)
    ages = (None, None) if conduct is None else (conduct.victim_age_low, conduct.victim_age_high)
    return [offence_found(cjs_code, ho_class), *ages]


def _charge(cjs_code: str | None, ho_class: str | None) -> list[object]:
    return [offence_found(cjs_code, ho_class)]


@functools.lru_cache(maxsize=10_000)
def offence_found(cjs_code: str | None, ho_class: str | None) -> list[str] | None:
    """What code and class say, in words of `facts`: the code where there is one, or else the class; None for nothing.

    A class differs only when that of the whole offence is known. For an attempt both its own class and that of the
    whole offence are right; where its own is not published, any class of the same family is, because an attempt, aid or
    conspiracy is classed with the offence. A published class that is at fault is told as that, whichever of the two is
    given.
    """
    code, class_ = _offence(cjs_code), _class(ho_class)
    conduct = code or class_
    if conduct is None:
        return None
    about = _class(code.base_class) if code is not None else class_
    signs = {
        "sexual": about is not None and about.group == "Sexual offences",
        "against-child": conduct.victim_is_child or (about is not None and about.against_child),
        "exploitation": _is_exploitation(code, class_),
        "penetrative": conduct.penetrative is True,
        "adult-offender": conduct.offender == "adult",
        "under-18-offender": conduct.offender == "under 18",
        "class-differs": _differs(code, class_),
        "published-fault": _is_published_fault(code, class_),
        "subclass-unknown": class_ is not None and class_.quality_flag,
    }
    return [sign for sign, stands in signs.items() if stands] or None


def _offence(cjs_code: str | None) -> codes.Offence | None:
    try:
        return codes.offence(cjs_code) if cjs_code is not None else None
    except CodeListError:
        return None  # not a code of the list, which another rule says


def _class(ho_class: str | None) -> codes.OffenceClass | None:
    try:
        return codes.offence_class(ho_class) if ho_class is not None else None
    except CodeListError:
        return None


def _is_exploitation(code: codes.Offence | None, class_: codes.OffenceClass | None) -> bool:
    if code is not None:
        return code.section in SECTIONS_OF_EXPLOITATION
    return class_ is not None and class_.code in _classes_of_exploitation()


@functools.cache
def _classes_of_exploitation() -> frozenset[str]:
    """Classes of the offences of exploitation, and the class for those whose subclass is not known."""
    rows = codes.code_list("cjs-offence").codes.values()
    return frozenset(
        {row.facts["ho_class"] for row in rows if row.facts["section"] in SECTIONS_OF_EXPLOITATION} | {"071/00"}
    )


def _differs(code: codes.Offence | None, class_: codes.OffenceClass | None) -> bool:
    if code is None or class_ is None or code.base_class is None or _has_faulty_class(code):
        return False
    if class_.code[:3] == code.base_class[:3] and (class_.quality_flag or code.ho_class is None):
        return False  # the right family: its subclass is unknown, which is told as that, or that of the form is
    return class_.code not in (code.ho_class, code.base_class)


def _has_faulty_class(code: codes.Offence) -> bool:
    """Whether the published class contradicts the title; other published faults are about the section or the Act."""
    return (code.published_fault or "").startswith("Published class")


def _is_published_fault(code: codes.Offence | None, class_: codes.OffenceClass | None) -> bool:
    """Whether the class at fault is the one given, or the one that would be looked up when none is given."""
    if code is None or not _has_faulty_class(code):
        return False
    return class_ is None or class_.code == code.base_class
