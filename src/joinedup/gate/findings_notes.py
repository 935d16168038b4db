"""What a log entry says of the case: that there is more than one suspect, that something is still to be done.

Phrases of ordinary police English, each looked for within one clause, so that `no second suspect` and `all actions
completed, none outstanding` are understood. A hint for a reader, never a fact: rules that ask about it only mark.
"""

from __future__ import annotations

import re

_CLAUSES = re.compile(r"[.;:!?\n]+|,? (?:but|however|although|though|whereas|while)\b")

_PEOPLE = r"(?:suspects?|offenders?|perpetrators?|assailants?|males?|men|man|adults?|youths?|abusers?)"
_MANY = r"(?:suspects|offenders|perpetrators|assailants|males|men|abusers|persons|people)"
_COUNT = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|several|multiple|numerous|various|both"
    r"|a (?:number|group|gang) of|groups? of|gangs? of|at least (?:two|three|four)|[2-9]|1\d)"
)
_ADJECTIVES = (
    r"(?:(?:other|older|unknown|unidentified|further|more|adult|different|named|young|possible) ){0,3}"
    r"(?:or more )?"
)

_SEVERAL = re.compile(
    rf"\b{_COUNT} {_ADJECTIVES}(?:suspects|offenders|perpetrators|assailants|males|men|abusers)\b"
    rf"|\b{_COUNT} {_ADJECTIVES}(?:persons|people) (?:are |were |have been )?(?:named|suspected|responsible|involved)\b"
    rf"|\b(?:second|third|fourth|another|additional|further) {_ADJECTIVES}{_PEOPLE}\b"
    rf"|\bother {_ADJECTIVES}(?:suspects?|offenders?|perpetrators?|abusers?|males|men)\b"
    r"|\b(?:the|these|those|both|all) (?:named |known |unidentified |remaining |outstanding )?(?:suspects|offenders)\b"
    r"|\bco-?(?:accused|suspects?|offenders?|defendants?)\b|\baccomplices?\b"
    r"|\b(?:friends|associates|brothers|cousins|relatives|colleagues) of the (?:suspect|offender)\b"
    r"|\b(?:suspect|offender)(?:'s|’s|s') (?:friends?|associates?|brothers?|cousins?|colleagues?)\b"
    r"|\b(?:suspect|offender) (?:and|with) (?:his|her|their|two|three|an|a|other|some) \w+"
    rf"|\b(?:passed|shared|taken) (?:around|between|among|amongst|on to) (?:\w+ ){{0,2}}{_MANY}\b",
    re.IGNORECASE,
)

_OPEN = re.compile(
    r"\boutstanding\b|\b(?:remains?|remained|still|left) (?:open|incomplete|uncompleted|undone)\b"
    r"|\b(?:yet|still|remains?|remain) to be \w+"
    r"|\bnot (?:yet )?(?:been )?(?:yet )?(?:fully )?"
    r"(?:completed|complete|done|interviewed|requested|obtained|followed(?: up)?|taken|spoken to|actioned|reviewed"
    r"|examined|contacted|viewed|seized|submitted|carried out|pursued|progressed|chased|finalised|started)\b"
    r"|\bnever (?:been )?(?:completed|done|interviewed|requested|obtained|followed up|taken|spoken to|actioned|viewed"
    r"|seized|submitted|carried out|pursued|chased)\b"
    r"|\b(?:still|yet) (?:needs?|has|have|needing) to be \w+"
    r"|\b(?:actions?|enquir(?:y|ies)|inquir(?:y|ies)) (?:is |are )?incomplete\b",
    re.IGNORECASE,
)
"""What was asked for or is awaited is left out: an early note says so of things that were done later."""

_DENIED = re.compile(
    r"\b(?:no|nor|neither|none|nothing|nobody|without|any)(?: (?!and\b)[\w'’-]+){0,5} ?$|\bnot(?: [\w'’-]+)? ?$",
    re.IGNORECASE,
)
"""What stands before a phrase that is denied: `no evidence of a second suspect`."""


def says_several(text: str | None) -> bool:
    """Whether a clause speaks of more than one suspect and does not deny it."""
    return _says(_SEVERAL, text)


def says_open(text: str | None) -> bool:
    """Whether a clause says that something is still to be done and does not deny it."""
    return _says(_OPEN, text)


def _says(phrases: re.Pattern[str], text: str | None) -> bool:
    if text is None or phrases.search(text) is None:
        return False
    clauses = _CLAUSES.split(text)
    return any(not _DENIED.search(clause[: found.start()]) for clause in clauses for found in phrases.finditer(clause))
