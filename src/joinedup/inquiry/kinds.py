"""What can stand in the register of an inquiry: kinds of thing, and kinds of event about them, with their fields.

A thing is made by an entry of its kind. An event is about a thing. Nothing is ever changed: what was wrong is annulled
by a later entry, and both stay to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True)
class Field:
    """One field of an entry. form: `text`, `date`, `names` (several ids, separated by `;`), `number` or `choice`."""

    name: str
    says: str
    required: bool = False
    form: str = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of entry. about: the kinds of thing it may be about; empty where it makes a thing itself."""

    name: str
    says: str
    fields: tuple[Field, ...]
    about: tuple[str, ...] = ()

    @property
    def makes(self) -> bool:
        """Whether an entry of this kind makes a thing."""
        return not self.about

    def field(self, name: str) -> Field | None:
        """The field of that name; None where there is none."""
        return next((one for one in self.fields if one.name == name), None)


def _text(name: str, says: str, required: bool = False) -> Field:
    return Field(name, says, required)


def _date(name: str, says: str, required: bool = False) -> Field:
    return Field(name, says, required, "date")


def _names(name: str, says: str, required: bool = False) -> Field:
    return Field(name, says, required, "names")


def _choice(name: str, says: str, *choices: str) -> Field:
    return Field(name, says, True, "choice", choices)


AS_AT = date(2025, 12, 9)
"""The last day of which the shipped facts tell anything: nothing is said of them for a later day."""

SAID = ("under-way", "done")
FOUND = ("done", "partly-done", "not-done", "cannot-tell")
ANSWERS = ("accepted", "accepted-in-part", "rejected")
RESISTANCE = ("partial-answer", "refusal", "privilege-claimed", "legal-challenge", "record-missing")

_TEXT = _text("text", "What it says, in our words.", True)
_WHERE = _text("evidence", "Where the evidence lies: a document's reference, a page, an address.")
_BY = Field("by_body", "The body that says so.", True)
_FIGURE = (
    _text("figure", "The measure of a run's figures that bears on it, such as missing-self-defined-ethnicity."),
    _text("area", "The force whose figure it is, by code; left out for all."),
    _text("period", "The year whose figure it is; left out for all."),
)
_SOURCED = (
    _text("source", "Where it is published."),
    _text("link", "The address of the publication, of a primary or established publisher alone."),
    _text("certainty", "What was not verified: wording, owner, date; empty where it was read in the original."),
    _text("precision", "month or year, where the day is not known."),
)

REQUESTS: Mapping[str, str] = MappingProxyType({
    "direction": "a direction to a body or a local investigation",
    "evidence-request": "a request for documents or information",
    "rule-9-request": "a written request for a statement or documents (Inquiry Rules 2006, rule 9)",
    "section-21-notice": "a notice that compels (Inquiries Act 2005, section 21)",
    "warning-letter": "a warning of criticism, with time to answer (Inquiry Rules 2006, rule 13)",
    "preservation-hold": "an order to keep records and destroy none",
})  # fmt: skip
"""What an inquiry sends, each a kind of its own with its own clock."""

_SENT = (
    Field("to", "The body it is sent to.", True),
    _TEXT,
    _date("due", "The day by which an answer is due.", True),
    _text("basis", "The legal basis."),
    _text("of", "The recommendation or local investigation that it serves."),
    *_FIGURE,
    *_SOURCED,
)


def _sent(name: str, says: str) -> Kind:
    open_ended = name == "preservation-hold"
    fields = tuple(one for one in _SENT if not (open_ended and one.name == "due"))
    return Kind(name, says, fields)


_PARTS = ("recommendation", "action", "milestone")
_ANSWERED = tuple(REQUESTS)
_ALL = (
    Kind("inquiry", "A time-limited inquiry.", (
        _text("name", "Its name.", True), _date("begins", "The day on which its time begins."),
        _date("ends", "The day on which its time is over.", True), *_SOURCED)),
    Kind("institution", "A body that owns something or is asked something.", (
        _text("name", "Its name.", True), _text("sort", "department, police, regulator, council and so on."),
        _text("area", "Its area."), _names("predecessors", "Bodies that it took over from."), *_SOURCED)),
    Kind("recommendation", "What a report asked for.", (
        _text("report", "The report.", True), _text("number", "Its number there."), _TEXT,
        _text("theme", "Its theme."), _names("owners", "The bodies that are to do it.", True),
        _date("due", "When it is due."), *_FIGURE, *_SOURCED)),
    Kind("investigation", "A local investigation.", (
        _text("name", "Its name.", True), _text("area", "Its area.", True), _text("terms", "Its terms."),
        _text("lead", "The body or role that leads it."), _date("ends", "When it is to end."), *_SOURCED)),
    Kind("action", "A step towards a recommendation or of an investigation.", (
        Field("of", "What it serves.", True), _names("owners", "Who is to do it.", True), _TEXT,
        _date("due", "When it is due."), *_FIGURE, *_SOURCED)),
    Kind("milestone", "A dated mark on the way.", (
        Field("of", "What it serves.", True), _names("owners", "Who is to reach it.", True), _TEXT,
        _date("due", "When it is due.", True), *_FIGURE, *_SOURCED)),
    *(_sent(name, says[0].upper() + says[1:] + ".") for name, says in REQUESTS.items()),
    Kind("hearing", "A hearing, a visit or a publication with its day.", (_TEXT, _text("of", "What it belongs to."))),
    Kind("finding", "A finding about a body, with its right of reply.", (
        Field("to", "The body it is about.", True), _TEXT,
        _date("due", "The day by which the body may reply.", True), _WHERE)),
    Kind("referral", "Reopened cases given to a force: counts alone.", (
        Field("to", "The force or agency.", True), Field("cases", "How many cases.", True, "number"),
        _date("due", "The day by which it is to say whether it takes them.", True))),

    Kind("response", "What was decided of a recommendation.", (
        _BY, _choice("answer", "The decision.", *ANSWERS), _text("text", "In what words."), *_SOURCED),
        ("recommendation",)),
    Kind("progress", "What a body says of its own progress: a claim until somebody else checks it.", (
        _BY, _choice("state", "What it says.", *SAID), _TEXT, _WHERE, *_SOURCED), (*_PARTS, *_ANSWERED)),
    Kind("check", "What a body that owns none of it found when it looked.", (
        _BY, _choice("finding", "What it found.", *FOUND), _TEXT,
        _text("evidence", "Where the evidence lies: a check rests on evidence.", True), *_SOURCED),
        (*_PARTS, *_ANSWERED)),
    Kind("moved", "A due day that was moved.", (
        _date("due", "The new day.", True), _BY, _text("text", "Why.", True), *_SOURCED),
        (*_PARTS, *_ANSWERED, "finding", "referral", "investigation", "inquiry")),
    Kind("needs", "What must be there before it.", (Field("needed", "The thing that it waits for.", True),), _PARTS),
    Kind("answer", "What a body answered.", (
        _BY, _choice("extent", "How much of what was asked.", "full", "part"), _TEXT, _WHERE),
        (*_ANSWERED, "referral")),
    Kind("resistance", "A dated fact about an answer that was withheld.", (
        _BY, _choice("form", "In what form.", *RESISTANCE), _TEXT, _WHERE), _ANSWERED),
    Kind("reply", "What the body itself says beside a finding or a fact of resistance.", (_BY, _TEXT, _WHERE),
        (*_ANSWERED, "finding")),
    Kind("ended", "Withdrawn, lifted, closed or delivered.", (_text("text", "Why.", True),),
        (*_ANSWERED, *_PARTS, "finding", "investigation", "inquiry", "referral")),
    Kind("annulled", "An earlier entry was wrong and counts no longer; it stays to be read.", (
        Field("entry", "The number of that entry.", True, "number"), _text("text", "Why.", True)),
        ("inquiry", "institution", "recommendation", "investigation", "action", "milestone", *_ANSWERED, "hearing",
         "finding", "referral")),
)  # fmt: skip

KINDS: Mapping[str, Kind] = MappingProxyType({one.name: one for one in _ALL})
"""Every kind of entry, by name."""

OWNED = _PARTS
"""Kinds of thing that somebody is to do, and that are claimed and checked."""
