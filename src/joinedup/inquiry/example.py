"""An invented inquiry, for invented projects: nobody in it is real. It tells the whole story once.

"Done", says the ministry, while the run counts otherwise; a direction; an answer in part; a missing record; a check.
"""

from __future__ import annotations

from datetime import date

from joinedup.inquiry.entries import Entry

WHY = "the invented region's own inquiry"
_MISSING = "missing-self-defined-ethnicity"
_REPORT = "Report on the invented region"


def example_entries() -> tuple[Entry, ...]:
    """The entries, in the order in which they were entered. The first two forces of an invented region are named."""
    return tuple(Entry(kind, thing, date.fromisoformat(on), fields) for on, kind, thing, fields in _STORY)


_STORY: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("2025-10-01", "institution", "x-ministry", {"name": "Invented Ministry", "sort": "department"}),
    ("2025-10-01", "institution", "x-inspectorate", {"name": "Invented Inspectorate", "sort": "inspectorate"}),
    ("2025-10-01", "institution", "x-council", {"name": "Invented Council", "sort": "council"}),
    ("2026-01-05", "inquiry", "x-inquiry",
     {"name": "Invented Inquiry", "begins": "2026-01-05", "ends": "2028-12-31"}),
    ("2026-01-05", "recommendation", "x-1",
     {"report": _REPORT, "number": "1", "text": "Record the ethnicity of every suspect, or a reason why there is none.",
      "owners": "x-ministry", "due": "2026-06-30", "figure": _MISSING}),
    ("2026-01-05", "recommendation", "x-2",
     {"report": _REPORT, "number": "2", "text": "One reference for every child, used by council and police.",
      "owners": "x-council", "due": "2026-09-30"}),
    ("2026-02-02", "response", "x-1", {"by_body": "x-ministry", "answer": "accepted"}),
    ("2026-02-02", "investigation", "x-north",
     {"name": "Local investigation, first force", "area": "X01", "lead": "x-inquiry", "ends": "2026-12-18"}),
    ("2026-03-02", "preservation-hold", "x-hold", {"to": "X01", "text": "Keep every custody record since 2005."}),
    ("2026-06-22", "progress", "x-1",
     {"by_body": "x-ministry", "state": "done", "text": "Every force has told its officers.",
      "evidence": "Circular 4"}),
    ("2026-06-29", "direction", "x-dir",
     {"to": "X01", "of": "x-1", "due": "2026-07-31", "basis": "Terms of the local investigation",
      "text": "Say how ethnicity is asked for at custody, and send the count of suspects without it.",
      "figure": _MISSING, "area": "X01"}),
    ("2026-07-01", "rule-9-request", "x-r9",
     {"to": "x-council", "text": "A statement on who kept the list of children, 2010 to 2020.", "due": "2026-08-14"}),
    ("2026-07-30", "answer", "x-dir",
     {"by_body": "X01", "extent": "part", "text": "The form was sent. The count was not."}),
    ("2026-08-10", "resistance", "x-r9",
     {"by_body": "x-council", "form": "record-missing", "text": "The list of 2012 is not found."}),
    ("2026-08-12", "reply", "x-r9", {"by_body": "x-council", "text": "A search of the archive has begun."}),
    ("2026-08-20", "moved", "x-2",
     {"by_body": "x-council", "due": "2027-03-31", "text": "The council waits for the police's part."}),
    ("2026-09-07", "check", "x-dir",
     {"by_body": "x-inspectorate", "finding": "not-done",
      "text": "Custody asks; what is answered there does not reach crime recording.",
      "evidence": "Visit note 3, pages 2 to 5"}),
)  # fmt: skip
