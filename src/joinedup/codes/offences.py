"""Sexual offences: CJS codes, Home Office classes, and what each says about the act, the victim and the offender.

A CJS code is two letters, two digits of the year, three digits of the offence, and a letter for a form of it: `SX03001`
is rape of a girl of 13 to 15 under the Act of 2003, `SX03001A` its attempt. A Home Office class is `NNN/NN`.

Faults of the published mapping are reported in `Offence.published_fault` and not mended: a published class is given
as published, whatever the title says.

Source: Ministry of Justice, bichard7-next-data (titles), hmpps-manage-offences-api (classes, sections, descriptions).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from joinedup.codes.entries import Code
from joinedup.codes.lists import CodeList, code_list
from joinedup.errors import CodeListError

FORMS: Mapping[str, str] = {"A": "attempt", "B": "aid or abet", "C": "conspire", "I": "incite", "E": "encourage"}
"""What the letter at the end of a CJS code means."""

_YES_NO = {"yes": True, "no": False}


class _Facts(TypedDict):
    penetrative: bool | None
    victim_age_low: int | None
    victim_age_high: int | None
    victim_sex: str | None
    offender: str | None


@dataclass(frozen=True)
class Conduct:
    """What a code or class says about an offence. Ages are whole years, both ends included; None is not stated.

    penetrative: whether the act is penetrative. victim_sex: `F` or `M`.
    offender: `adult` (18 or over), `under 18`, `16 or over`, or None for an offender of any age.
    """

    penetrative: bool | None
    victim_age_low: int | None
    victim_age_high: int | None
    victim_sex: str | None
    offender: str | None

    @property
    def victim_is_child(self) -> bool:
        """Whether it can only be an offence against someone under 18."""
        return self.victim_age_high is not None and self.victim_age_high < 18


@dataclass(frozen=True)
class Offence(Conduct):
    """A CJS offence code.

    base: the code without its form. act: the statute. form: one of `FORMS`, or None for the offence itself.
    ho_class: class of this very form, None where no source gives it; base_class: class of the offence itself.
    ended: ISO date on which the code was withdrawn.
    """

    code: str
    base: str
    form: str | None
    title: str
    act: str
    section: str | None
    ho_class: str | None
    base_class: str | None
    ended: str | None
    published_fault: str | None
    note: str | None


@dataclass(frozen=True)
class OffenceClass(Conduct):
    """A Home Office class. `against_child` is the published tag, given for sexual offences only.

    quality_flag: the class is `NNN/00`, for use only where the subclass is not known.
    older_law: law replaced in 2004, still charged for non-recent abuse.
    """

    code: str
    description: str
    group: str
    quality_flag: bool
    against_child: bool
    older_law: bool


def offence(cjs_code: str) -> Offence:
    """The offence of a CJS code such as `SX03025` or `SX03001A`.

    Raises CodeListError for a code that is not a sexual offence of the list, or whose last letter is no form.
    """
    offences = code_list("cjs-offence")
    code = _known(offences, cjs_code, "Write it as `SX03025`, with a letter such as `A` for an attempt.")
    base, ending = code[:7], code[7:]
    stem = offences[base] if base in offences.codes else offences[code]
    facts = {name: value or None for name, value in stem.facts.items()}
    return Offence(
        **_conduct(stem),
        code=code,
        base=base,
        form=FORMS.get(ending),
        title=_title(offences, code, stem),
        act=facts["act"] or "",
        section=facts["section"],
        ho_class=_class_of_form(facts, ending),
        base_class=facts["ho_class"],
        ended=facts["ended"],
        published_fault=facts["published_fault"],
        note=facts["note"],
    )


def offence_class(ho_class: str) -> OffenceClass:
    """The Home Office class `019/07`, also written `19/7`, `19/07` or `01907`.

    Raises CodeListError for a class that does not exist.
    """
    classes = code_list("ho-class")
    code = classes[_known(classes, ho_class, "Write it as `019/07`.")]
    return OffenceClass(
        **_conduct(code),
        code=code.code,
        description=code.label,
        group=code.facts["group"],
        quality_flag=code.code.endswith("/00"),
        against_child=code.facts["child"] == "yes",
        older_law=code.facts["older_law"] == "yes",
    )


def is_outcome(code: str) -> bool:
    """Whether an outcome code is an outcome: `0` means that none is assigned yet, and belongs in no denominator.

    Raises CodeListError for a code that does not exist. Source: Home Office crime outcomes framework.
    """
    return code_list("outcome")[code].facts["is_outcome"] == "yes"


def _known(codes: CodeList, text: str, remedy: str) -> str:
    code = codes.translate(text).code
    if code is None:
        raise CodeListError(f"That is not a code of list `{codes.name}`.", remedy=remedy)
    return code


def _conduct(code: Code) -> _Facts:
    facts = code.facts
    return {
        "penetrative": _YES_NO.get(facts["penetrative"]),
        "victim_age_low": _age(facts["victim_age_low"]),
        "victim_age_high": _age(facts["victim_age_high"]),
        "victim_sex": facts["victim_sex"] or None,
        "offender": facts["offender"] or None,
    }


def _age(text: str) -> int | None:
    return int(text) if text else None


def _title(offences: CodeList, code: str, stem: Code) -> str:
    """The published title, or ours for a form that was published without one."""
    if code in offences.codes:
        return offences[code].label
    return f"{FORMS[code[7:]].capitalize()}: {stem.label}"


def _class_of_form(facts: Mapping[str, str | None], ending: str) -> str | None:
    """Encouragement is published under the offence's class, and attempts of rape under their own; no more is known."""
    if ending in ("", "E"):
        return facts["ho_class"]
    return facts["attempt_ho_class"] if ending == "A" else None
