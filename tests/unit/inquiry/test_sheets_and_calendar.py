"""A secretary's spreadsheet read as entries, and deadlines as a calendar file."""

from __future__ import annotations

from datetime import date

import pytest

from joinedup.errors import InquiryError
from joinedup.inquiry import Entry, register_of
from joinedup.inquiry.calendar import calendar
from joinedup.inquiry.sheets import columns_of, read_sheet

HEADERS = ["Ref", "Type", "Organisation", "Subject", "Date sent", "Deadline", "Date received", "Officer"]
KNOWN = register_of([Entry("institution", "council", date(2026, 1, 1), {"name": "Town Council"}, 1)])


def row(*cells: str) -> dict[str, str | None]:
    return dict(zip(HEADERS, cells, strict=True))


def test_headers_are_taken_as_people_write_them() -> None:
    found = columns_of(HEADERS)
    assert found["reference"] == "Ref" and found["to"] == "Organisation" and found["due"] == "Deadline"


def test_a_sheet_without_a_deadline_is_refused_with_what_it_may_be_called() -> None:
    with pytest.raises(InquiryError, match="due of a request") as caught:
        columns_of([name for name in HEADERS if name != "Deadline"])
    assert "deadline" in str(caught.value.remedy)


def test_rows_become_requests_and_answers_and_columns_that_are_not_read_are_told() -> None:
    rows = [
        (2, row("R9/14", "Rule 9", "town council", "A statement", "01/03/2026", "2026-03-29", "28 March 2026", "x"))
    ]
    found = read_sheet(rows, HEADERS, KNOWN)
    assert found.faults == () and found.bodies == () and found.unread == ("Officer",)
    request, answer = [one for _, one in found.entries]
    assert (request.kind, request.thing, request.on) == ("rule-9-request", "R9-14", date(2026, 3, 1))
    assert dict(request.fields) == {"to": "council", "text": "A statement", "due": "2026-03-29"}
    assert (answer.kind, answer.on, answer.fields["extent"]) == ("answer", date(2026, 3, 28), "full")


def test_every_bad_row_is_told_without_its_values_and_unknown_bodies_are_named() -> None:
    rows = [
        (2, row("1", "Rule 99", "Town Council", "x", "2026-03-01", "2026-03-29", "", "")),
        (3, row("2", "s21", "Town Council", "x", "soon", "2026-03-29", "", "")),
        (4, row("3", "direction", "Harbour Trust", "x", "2026-03-01", "2026-03-29", "", "")),
        (5, row("4", "direction", "Town Council", "x", "2026-03-01", "", "", "")),
        (6, row("", "", "", "", "", "", "", "")),
    ]
    found = read_sheet(rows, HEADERS, KNOWN)
    assert [(one.row, one.column) for one in found.faults] == [(2, "Type"), (3, "Date sent"), (5, "Deadline")]
    assert not any("soon" in one.message or "99" in one.message for one in found.faults)
    assert found.bodies == ("Harbour Trust",)
    assert [one.fields["to"] for _, one in found.entries] == ["harbour-trust"]


def test_a_calendar_holds_each_deadline_once_in_lines_that_any_program_reads() -> None:
    long = "Send the returns; all of them, and the notes: " + "é" * 80
    entries = [
        Entry("institution", "council", date(2026, 1, 1), {"name": "Town Council"}, 1),
        Entry("inquiry", "inq", date(2026, 1, 1), {"name": "Inquiry", "ends": "2026-12-31"}, 2),
        Entry("direction", "d1", date(2026, 3, 1), {"to": "council", "text": long, "due": "2026-04-01"}, 3),
        Entry("direction", "d2", date(2026, 3, 1), {"to": "council", "text": "x", "due": "2026-04-02"}, 4),
        Entry("answer", "d2", date(2026, 3, 2), {"by_body": "council", "extent": "full", "text": "x"}, 5),
    ]
    written = calendar(register_of(entries), date(2026, 3, 5))
    lines = written.decode().split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    whole = written.decode().replace("\r\n ", "")
    assert whole.count("BEGIN:VEVENT") == 2  # d1, and the end of the inquiry's time
    assert "DTSTART;VALUE=DATE:20260401" in whole and "DTEND;VALUE=DATE:20260402" in whole
    assert "DESCRIPTION:Send the returns\\; all of them\\, and the notes: " + "é" * 80 in whole
