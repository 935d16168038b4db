"""What the law says of a class or code of offence, as review needs it: sexual, penetrative, rape, how grave.

Source: the Home Office classes and CJS codes of `joinedup.codes`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from joinedup.codes import code_list, offence, offence_class
from joinedup.errors import CodeListError

RAPE = "019/"
_ASSAULT_BY_PENETRATION = frozenset({"017/13", "017/14", "020/03", "020/04"})
NO_CRIME = ("N100", "INCIDENT", "INTELLIGENCE", "CONCERN FOR CHILD")
"""Statuses to which a recorded crime may be moved, so that it is none. Source: domain D5, N100 and the four kinds."""
CANCELLED = ("CANCELLED", "NO CRIME", "NO-CRIME", "CANCELLED CRIME")
GROUP_STATUS = ("GROUP", "GROUP-BASED", "ORGANISED NETWORK", "TWO OR MORE SUSPECTS")


@dataclass(frozen=True)
class Nature:
    """What a class or code says. grave: 5 rape, 4 assault by penetration, 3 other penetrative, 2 sexual, 0 other.

    child: whether it can only be against a child, by the ages of its text; under_16 and under_13 in the same way.
    offender: `adult`, `under 18`, or None for any age.
    """

    sexual: bool = False
    penetrative: bool = False
    rape: bool = False
    grave: int = 0
    child: bool = False
    under_16: bool = False
    under_13: bool = False
    offender: str | None = None


_OTHER = Nature()


@functools.cache
def nature(ho_class: str | None, cjs_code: str | None = None) -> Nature:
    """The nature of a crime by its class, or by its code where the class is missing or says less."""
    by_class, by_code = _of_class(ho_class), _of_code(cjs_code)
    return by_class if by_class.grave >= by_code.grave else by_code


@functools.cache
def _of_class(ho_class: str | None) -> Nature:
    if not ho_class:
        return _OTHER
    try:
        known = offence_class(ho_class)
    except CodeListError:
        return _OTHER
    if known.group != "Sexual offences":
        return _OTHER
    high = known.victim_age_high
    grave = _grave(known.code, bool(known.penetrative))
    return Nature(
        True, bool(known.penetrative), known.code.startswith(RAPE), grave, known.victim_is_child or known.against_child,
        high is not None and high < 16, high is not None and high < 13, known.offender,
    )  # fmt: skip


@functools.cache
def _of_code(cjs_code: str | None) -> Nature:
    if not cjs_code:
        return _OTHER
    try:
        known = offence(cjs_code)
    except CodeListError:
        return _OTHER
    ho_class = known.ho_class or known.base_class or ""
    high, penetrative = known.victim_age_high, bool(known.penetrative)
    return Nature(
        True, penetrative, ho_class.startswith(RAPE), _grave(ho_class, penetrative), known.victim_is_child,
        high is not None and high < 16, high is not None and high < 13, known.offender,
    )  # fmt: skip


def _grave(ho_class: str, penetrative: bool) -> int:
    if ho_class.startswith(RAPE):
        return 5
    if ho_class in _ASSAULT_BY_PENETRATION:
        return 4
    return 3 if penetrative else 2


@functools.cache
def class_of(status: str | None) -> str | None:
    """The Home Office class that a text of `classifications` names; None where it names a status."""
    if not status:
        return None
    return code_list("ho-class").translate(status).code


def lowered(before: str | None, after: str | None) -> bool:
    """Whether a change of class goes from a graver sexual offence to a lesser one, or to no crime at all."""
    was = nature(class_of(before)).grave
    if not was:
        return False
    return is_status(after, NO_CRIME) or (class_of(after) is not None and nature(class_of(after)).grave < was)


def from_rape(before: str | None, after: str | None) -> bool:
    """Whether a change takes a recorded rape to a lesser offence. No longer a crime is told by other rules."""
    now = class_of(after)
    return nature(class_of(before)).rape and now is not None and not nature(now).rape


def is_status(text: str | None, statuses: tuple[str, ...]) -> bool:
    """Whether a text of `classifications` is one of some statuses, however it is spaced and cased."""
    return text is not None and " ".join(text.upper().split()) in statuses


def group_removed(before: str | None, after: str | None) -> bool:
    """Whether a change takes away the mark of a group or of a second suspect."""
    return is_status(before, GROUP_STATUS) and not is_status(after, GROUP_STATUS)
