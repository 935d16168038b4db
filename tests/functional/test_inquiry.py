"""The secretary's journey at the prompt: "done", says the body, beside a figure; a direction; resistance; a check."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from joinedup import tables
from joinedup.audit import open_store, verify
from joinedup.cli.main import app
from joinedup.errors import InquiryError, StorageError
from joinedup.runs.inquiring import enter_example, inquiry
from joinedup.runs.inquiry_files import import_requests
from joinedup.runs.project import new_project

MISSING = {
    "measure": "missing-self-defined-ethnicity", "population": "suspects", "unit": "record", "stage": "all",
    "period": "all", "group": "all", "method": "own record only", "suppressed": False, "unknown": 0,
}  # fmt: skip
SHEET = """Ref,Type,Organisation,Subject,Date sent,Deadline,Date received,Officer
Q1,Rule 9,Harbour Trust,A statement,01/03/2026,29/03/2026,,x
Q2,s21,Wexmoor Constabulary (invented),The returns,02/03/2026,30/03/2026,25/03/2026,x
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "p"
    new_project(folder)
    toml = folder / "joinedup.toml"
    toml.write_text(toml.read_text().replace("invented = false", "invented = true"))
    rows = [MISSING | {"area": "all", "numerator": 524, "denominator": 768},
            MISSING | {"area": "force:X01", "numerator": 300, "denominator": 400}]  # fmt: skip
    made = folder / "runs" / "20260301T000000Z"
    (made / "tables").mkdir(parents=True)
    (made / "manifest.json").write_text("{}")
    schema = tables.FIGURES.schema
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    pq.write_table(pa.table(columns, schema=schema), made / "tables" / "figures.parquet")
    for kind, thing, *fields in BASE:
        CliRunner().invoke(app, ["inquiry", "enter", kind, thing, *fields, "--on", "2026-01-05", "-C", str(folder)])
    return folder


BASE = (
    ("institution", "ministry", "name=Invented Ministry"),
    ("institution", "inspector", "name=Invented Inspectorate"),
    ("recommendation", "r-4", "report=Invented report", "number=4", "text=Record it for all.", "owners=ministry",
     "figure=missing-self-defined-ethnicity"),
)  # fmt: skip


def asked(project: Path, *arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["inquiry", *map(str, arguments), "--folder", str(project)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, " ".join(done.stdout.split())


def test_done_says_the_body_then_a_direction_a_refusal_and_a_check(project: Path) -> None:
    _, said = asked(project, "enter", "progress", "r-4", "by_body=ministry", "state=done",
                    "text=All forces record it.", "--on", "2026-03-02")  # fmt: skip
    assert "said: done, 2026-03-02" in said and "checked: not checked" in said
    assert "self-defined ethnicity is recorded for 244 of 768 suspect records (31.8%); 524 have none." in said
    assert "The claim and the count say different things. A person has to look." in said

    asked(project, "enter", "direction", "dir-1", "to=X01", "text=Say why three quarters have none.", "of=r-4",
          "due=2026-03-20", "figure=missing-self-defined-ethnicity", "area=X01", "--on", "2026-03-03")  # fmt: skip
    _, late = asked(project, "waiting", "--on", "2026-03-25")
    assert "2026-03-20 dir-1: Wexmoor Constabulary (invented); no answer, overdue by 5 days" in late

    asked(project, "enter", "resistance", "dir-1", "by_body=X01", "form=privilege-claimed", "text=It claims privilege.",
          "--on", "2026-03-26")  # fmt: skip
    asked(project, "enter", "reply", "dir-1", "by_body=X01", "text=Counsel is asked.", "--on", "2026-03-26")
    with pytest.raises(InquiryError, match="does not check"):
        asked(project, "enter", "check", "dir-1", "by_body=X01", "finding=done", "text=It is.", "evidence=Ours",
              "--on", "2026-04-01")  # fmt: skip
    _, checked = asked(project, "enter", "check", "dir-1", "by_body=inspector", "finding=not-done",
                       "text=Three quarters of new records have none.", "evidence=Visit report 3",
                       "--on", "2026-04-02")  # fmt: skip
    for words in (
        "state: not done, checked", "resistance of dir-1", "form privilege-claimed", "Counsel is asked.",
        "recorded for 100 of 400 suspect records of X01", "evidence: Visit report 3",
    ):  # fmt: skip
        assert words in checked


def test_the_register_is_read_as_it_stood_on_a_day_and_every_entry_is_in_the_log(project: Path) -> None:
    asked(project, "enter", "institution", "trust", "name=Harbour Trust", "--on", "2026-02-01")
    asked(project, "enter", "evidence-request", "q1", "to=trust", "text=The minutes.", "due=2026-03-01",
          "--on", "2026-02-02")  # fmt: skip
    asked(project, "enter", "answer", "q1", "by_body=trust", "extent=full", "text=Sent.", "--on", "2026-03-11")
    rows = {}
    for day in ("2026-02-01", "2026-03-10", "2026-03-11"):
        told = json.loads(
            CliRunner().invoke(app, ["inquiry", "list", "--json", "-C", str(project), "--on", day]).stdout
        )
        rows[day] = next(((r["state"], r["overdue_by"], r["late_by"]) for r in told["rows"] if r["id"] == "q1"), None)
    assert rows == {"2026-02-01": None, "2026-03-10": ("overdue", 9, 0), "2026-03-11": ("answered", 0, 10)}
    store = open_store(project)
    assert verify(store).whole
    assert len(list(store.execute('SELECT 1 FROM audit_log WHERE detail LIKE \'%"command":"inquiry"%\''))) == 3 + len(
        BASE
    )
    store.close()


def test_an_entry_of_a_day_to_come_or_with_an_unknown_field_changes_nothing(project: Path) -> None:
    with pytest.raises(InquiryError, match="has not come yet"):
        asked(project, "enter", "institution", "trust", "name=Harbour Trust", "--on", "2999-01-01")
    with pytest.raises(InquiryError, match="Did you mean `name`"):
        asked(project, "enter", "institution", "trust", "nmae=Harbour Trust")
    assert "trust" not in inquiry(project).register.things


def test_entries_are_added_and_never_changed_by_whatever_hand(project: Path) -> None:
    asked(project, "enter", "institution", "trust", "name=Harbour Trust")
    store = open_store(project)
    for change in ("UPDATE inquiry_events SET fields = '{}'", "DELETE FROM inquiry_events"):
        with pytest.raises(Exception, match="never"):
            store.execute(change)
    store.close()


def test_a_spreadsheet_is_taken_whole_or_not_at_all_and_may_come_again(project: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "requests.csv"
    sheet.write_text(SHEET)
    code, said = asked(project, "import", sheet)
    assert code == 1 and "Row 2, to: The body is not in the register." in said and "Nothing was taken" in said
    code, said = asked(project, "import", sheet, "--new-bodies")
    assert code == 0
    assert "3 entries taken, 1 bodies; 0 references were there already. Not read: columns Officer." in said
    code, said = asked(project, "import", sheet)
    assert "0 entries taken; 2 references were there already." in said
    _, waits = asked(project, "waiting", "--on", "2026-04-01")
    assert "2026-03-29 Q1: Harbour Trust; no answer, overdue by 3 days" in waits and "Q2" not in waits
    sheet.write_text(SHEET.replace("29/03/2026,,x", "29/03/2026,02/04/2026,x"))  # an answer that came since
    _, said = asked(project, "import", sheet)
    assert "1 entries taken; 2 references were there already." in said
    _, waits = asked(project, "waiting", "--on", "2026-04-03")
    assert "Q1" not in waits


def test_deadlines_and_the_whole_register_are_written_for_other_programs(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "deadlines.ics"
    _, said = asked(project, "calendar", "-o", out, "--on", "2026-01-01")
    assert said.startswith("7 deadlines")  # six recommendations with a day, and the end of the inquiry's time
    assert out.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    asked(project, "export", "-o", tmp_path / "r.csv", "--on", "2025-12-01")
    with (tmp_path / "r.csv").open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["checked"] for row in rows if row["id"].startswith("audit-")} == {"not checked"}
    asked(project, "export", "-o", tmp_path / "r.json", "--on", "2025-12-01")
    assert len(json.loads((tmp_path / "r.json").read_text())) == len(rows)
    with pytest.raises(InquiryError, match="written as"):
        asked(project, "export", "-o", tmp_path / "r.pdf")


def test_kinds_tell_their_fields(project: Path) -> None:
    done = CliRunner().invoke(app, ["inquiry", "kinds"])
    assert "section-21-notice: A notice that compels" in done.stdout
    assert "finding: What it found. [done | partly-done | not-done | cannot-tell]" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("progress", "audit-4", "by_body=ministry", "state=done", "text=x"),
        ("progress", "r-4", "by_body=home-office", "state=done", "text=x"),
        ("direction", "d", "to=E23000005", "text=x", "due=2026-12-31"),
    ],
)
def test_nothing_invented_is_put_beside_a_real_promise_or_into_a_real_body_s_mouth(
    project: Path, words: tuple[str, ...]
) -> None:
    with pytest.raises(InquiryError, match="invented, and that is real"):
        asked(project, "enter", *words)


def test_the_invented_inquiry_of_the_demo_is_taken_once(project: Path) -> None:
    enter_example(project)
    enter_example(project)
    found = inquiry(project)
    told = {thing.id: found.standing(thing).state for thing in found.register.of("recommendation", "direction")}
    assert (told["x-1"], told["x-dir"]) == ("done, says the body", "not done, checked")
    figure = found.beside(found.register.named("x-1"))
    assert figure is not None and figure.contradicts
    assert found.beside(found.register.named("audit-4")) is None  # invented figures say nothing of a real promise


def test_public_pages_hold_both_boxes_and_no_word_of_a_request(project: Path, tmp_path: Path) -> None:
    enter_example(project)
    asked(project, "enter", "recommendation", "r-5", "report=Invented report", "text=Record it there.",
          "owners=ministry", "figure=missing-self-defined-ethnicity", "area=X01")  # fmt: skip
    assert inquiry(project).beside(inquiry(project).register.named("r-5")) is not None
    out = tmp_path / "pages"
    _, said = asked(project, "pages", "-o", out)
    assert "begin with index.html" in said
    one = (out / "recommendations" / "x-1.html").read_text()
    assert "What the body says" in one and "What somebody else found" in one and "Said and counted differ" in one
    everything = " ".join(path.read_text() for path in out.rglob("*") if path.is_file())
    assert "of X01" not in everything  # a force's figure leaves in a release, with what protects it
    for secret in ("Say how ethnicity is asked for", "The list of 2012", "A search of the archive", "Visit note 3"):
        assert secret not in everything
    assert "overdue: 1" in (out / "bodies" / "x-council.html").read_text()
    with pytest.raises(StorageError, match="holds something already"):
        asked(project, "pages", "-o", out)


def test_the_feed_and_every_page_are_well_formed_and_lead_to_pages_that_are_there(
    project: Path, tmp_path: Path
) -> None:
    out = tmp_path / "pages"
    asked(project, "pages", "-o", out)
    entries = ElementTree.parse(out / "feed.xml").getroot().findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) > 10
    for page in out.rglob("*.html"):
        for target in re.findall(r'href="([^"#:]+)"', page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_recommendations_of_a_report_are_taken_from_a_table_or_a_json_list(project: Path, tmp_path: Path) -> None:
    table = tmp_path / "report.csv"
    table.write_text("number,text,owners,due\n1,Do it.,Harbour Trust,2026-12-31\n2,Say it.,ministry;Harbour Trust,\n")
    words = ("import-report", table, "--report", "Harbour report", "--on", "2026-02-01")
    code, said = asked(project, *words)
    assert code == 1 and "The body is not in the register" in said
    code, said = asked(project, *words, "--new-bodies")
    assert code == 0 and "2 entries taken, 1 bodies" in said
    register = inquiry(project).register
    assert register.named("harbour-report-2").bodies == ("ministry", "harbour-trust")
    listed = tmp_path / "report.json"
    listed.write_text(json.dumps([{"number": 3, "text": "Keep it.", "owners": ["ministry"]}]))
    code, said = asked(project, "import-report", listed, "--report", "Harbour report", "--on", "2026-02-01")
    assert code == 0 and "1 entries taken" in said
    listed.write_text('{"number": 3}')
    with pytest.raises(InquiryError, match="no JSON list"):
        asked(project, "import-report", listed, "--report", "Harbour report", "--on", "2026-02-01")


def test_one_body_s_whole_record_is_written_and_logged_as_a_disclosure(project: Path, tmp_path: Path) -> None:
    asked(project, "enter", "direction", "d1", "to=X01", "text=Say why.", "due=2026-03-20", "--on", "2026-03-03")
    asked(project, "enter", "answer", "d1", "by_body=X01", "extent=part", "text=Some.", "--on", "2026-03-10")
    number = inquiry(project).register.named("d1").events[0].number
    asked(project, "enter", "annulled", "d1", f"entry={number}", "text=It was another letter.", "--on", "2026-03-11")
    out = tmp_path / "record.json"
    _, said = asked(project, "record", "X01", "-o", out)
    told = json.loads(out.read_text())
    assert said.startswith("4 entries")  # the force itself, the direction, the answer, and that it was taken back
    assert [(one["kind"], one["taken_back"]) for one in told["entries"]][1:] == [
        ("direction", False), ("answer", True), ("annulled", False),
    ]  # fmt: skip
    store = open_store(project)
    assert store.execute("SELECT act, recipients FROM audit_log ORDER BY sequence DESC").fetchone() == (
        "disclosure", '["X01"]',
    )  # fmt: skip
    store.close()


def test_a_thousand_requests_are_taken_in_seconds(project: Path, tmp_path: Path) -> None:
    lines = "".join(f"Q{n},Rule 9,Body {n % 40},A statement,01/03/2026,29/03/2026,,x\n" for n in range(1_000))
    sheet = tmp_path / "many.csv"
    sheet.write_text(SHEET.partition("\n")[0] + "\n" + lines)
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        import_requests(project, sheet, why="all of them", new_bodies=True)
    finally:
        sys.setprofile(None)
    assert calls < 2_000 * 1_000  # a thousand entries; work that grew with the square of them would be far more
    assert len(inquiry(project).register.of("rule-9-request")) == 1_000
