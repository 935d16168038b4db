"""Deadlines as a calendar file, which any calendar program reads.

Source: RFC 5545 (iCalendar): folded lines of at most 75 octets, CRLF, escaped text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from joinedup.inquiry.register import Register
from joinedup.inquiry.requests import Waits, waiting

_LONGEST = 75


def calendar(register: Register, on: date) -> bytes:
    """Every deadline that is not met on a day, and the end of the inquiry's time, as an iCalendar file in UTF-8."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Joinedup//Inquiry//EN", "CALSCALE:GREGORIAN"]
    for waits in waiting(register, on):
        lines += _event(register, waits, on)
    if register.inquiry and register.inquiry.due:
        lines += _whole_day(register.inquiry.id, register.inquiry.due, on, "The inquiry's time is over", "")
    lines.append("END:VCALENDAR")
    return "".join(part + "\r\n" for line in lines for part in _folded(line)).encode()


def _event(register: Register, waits: Waits, on: date) -> Iterator[str]:
    if waits.due is None:
        return
    who = ", ".join(map(register.name, waits.who))
    words = f"{waits.thing.kind.replace('-', ' ').capitalize()} {waits.thing.id}: {who}"
    yield from _whole_day(waits.thing.id, waits.due, on, words, waits.thing.text)


def _whole_day(identity: str, due: date, on: date, words: str, text: str) -> Iterable[str]:
    return (
        "BEGIN:VEVENT",
        f"UID:{identity}@joinedup",
        f"DTSTAMP:{on:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{due:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(words)}",
        f"DESCRIPTION:{_escaped(text)}",
        "END:VEVENT",
    )


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, "\\" + mark)
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, never inside a letter; each piece but the first begins with a space."""
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > _LONGEST:
            yield piece
            piece = " "
        piece += letter
    yield piece
