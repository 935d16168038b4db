"""`joinedup inquiry`: what was asked for, what is said, what was checked, what was sent and what came back."""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, as_json, shown
from joinedup.errors import InquiryError

if TYPE_CHECKING:
    from joinedup.inquiry import Entry, Thing
    from joinedup.inquiry.requests import Waits
    from joinedup.runs.inquiring import Inquiry
    from joinedup.runs.inquiry_files import Imported

app = typer.Typer(help="Recommendations, requests and checks: what is said and what was checked stand apart.")

WIDTH = 100
Folder = Annotated[Path, typer.Option("--folder", "-C", help="The project folder.")]
On = Annotated[str | None, typer.Option(metavar="DAY", help="As it stood on this day, such as 2026-03-31.")]
Why = Annotated[str, typer.Option(help="Why, in a few words; it is kept in the log. Never a name.")]


@app.command("list")
def list_(folder: Folder = Path("."), on: On = None, json: Json = False) -> None:
    """Everything that is to be done or answered, with what is said beside what was checked."""
    from joinedup.runs import inquiring

    found = inquiring.inquiry(folder, _day(on))
    rows = inquiring.as_rows(found)
    if json:
        print(as_json({"on": found.on, "run": found.run, "clock": _clock_told(found), "rows": rows}))
        return
    print("\n".join([*_heading(found), *(_line(row) for row in rows)]))


@app.command()
def show(thing: str, folder: Folder = Path("."), on: On = None, json: Json = False) -> None:
    """One thing: what is said, what was checked, the run's figure, and every entry about it."""
    from joinedup.runs import inquiring

    found = inquiring.inquiry(folder, _day(on))
    chosen = found.register.named(thing)
    row = next((one for one in inquiring.as_rows(found) if one["id"] == thing), None)
    entries = list(inquiring.history(found, chosen))
    if json:
        print(as_json({"thing": row or dict(chosen.made.fields), "entries": [_entry_told(one) for one in entries]}))
        return
    print("\n".join([*_about(found, chosen, row), "", *(_told(found, one) for one in entries)]))


@app.command()
def enter(  # noqa: PLR0913, PLR0917 - an entry has this many parts
    kind: Annotated[str, typer.Argument(help="The kind of entry; `joinedup inquiry kinds` lists them.")],
    thing: Annotated[str, typer.Argument(help="The id of what it makes, or of what it is about.")],
    fields: Annotated[list[str] | None, typer.Argument(help="Its fields, as name=value.")] = None,
    why: Why = "an entry of the register",
    on: Annotated[str | None, typer.Option(metavar="DAY", help="The day of the fact; today if left out.")] = None,
    folder: Folder = Path("."),
    json: Json = False,
) -> None:
    """Write one dated fact: a direction, an answer, a refusal, a claim of progress, a check."""
    from joinedup.inquiry import Entry
    from joinedup.runs import inquiring

    entry = Entry(kind, thing, _day(on) or dt.date.today(), _fields(fields or []))
    kept = inquiring.enter(folder, entry, why=why)
    if json:
        print(as_json(_entry_told(kept)))
        return
    print(f"Entry {kept.number}: {kept.kind} of {kept.on}.")
    show(thing, folder=folder)


@app.command()
def waiting(folder: Folder = Path("."), on: On = None, json: Json = False) -> None:
    """What is not done or answered: the longest overdue first, then what was published and not entered on here."""
    from joinedup.inquiry.published import AS_AT
    from joinedup.runs import inquiring

    found = inquiring.inquiry(folder, _day(on))
    if json:
        print(as_json({"on": found.on, "waiting": [_waits_told(one) for one in found.waiting]}))
        return
    own = [_waits(found, one) for one in found.waiting if not one.thing.known_until]
    others = [_waits(found, one) for one in found.waiting if one.thing.known_until]
    head = [f"Published, as at {AS_AT}; nothing was entered here since:"] if others else []
    print("\n".join([*(own or ["Nothing of this project's own waits."]), *head, *others]))


@app.command("import")
def import_(
    sheet: Annotated[Path, typer.Argument(help="A spreadsheet of requests: CSV or XLSX.")],
    why: Why = "requests brought from a spreadsheet",
    new_bodies: Annotated[bool, typer.Option("--new-bodies", help="Enter bodies that are not known yet.")] = False,
    folder: Folder = Path("."),
    json: Json = False,
) -> None:
    """Take a spreadsheet of requests: all of it, or nothing where a row cannot be taken."""
    from joinedup.runs import inquiry_files as files

    _tell_imported(files.import_requests(folder, sheet, why=why, new_bodies=new_bodies), json)


@app.command("import-report")
def import_report(  # noqa: PLR0913, PLR0917 - a report and its table have this many parts
    table: Annotated[Path, typer.Argument(help="Its recommendations: CSV, XLSX or JSON, one row each.")],
    report: Annotated[str, typer.Option(help="The title of the report.")],
    on: Annotated[str, typer.Option(metavar="DAY", help="The day of its publication.")],
    why: Why = "the recommendations of a report",
    new_bodies: Annotated[bool, typer.Option("--new-bodies", help="Enter bodies that are not known yet.")] = False,
    folder: Folder = Path("."),
    json: Json = False,
) -> None:
    """Take the recommendations of a report: columns number, text and owners; theme, due and source if it has them."""
    from joinedup.runs import inquiry_files as files

    named = files.Report(report, _day(on) or dt.date.today())
    done = files.import_recommendations(folder, table, named, why=why, new_bodies=new_bodies)
    _tell_imported(done, json)


@app.command()
def record(
    body: Annotated[str, typer.Argument(help="The id of a body.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file, .json.")],
    why: Why = "the body's own record, for whom it concerns",
    folder: Folder = Path("."),
) -> None:
    """Write everything that the register holds of one body, for whoever must be shown it; logged as a disclosure."""
    from joinedup.runs import inquiry_files as files

    print(f"{files.export_record(folder, body, out, why=why):,} entries in {shown(out)}")


@app.command("calendar")
def calendar_(
    out: Annotated[Path, typer.Option("--out", "-o", help="The calendar file, .ics.")],
    folder: Folder = Path("."),
    on: On = None,
) -> None:
    """Write every deadline as a calendar file, which any calendar program reads."""
    from joinedup.runs import inquiring

    print(f"{inquiring.write_calendar(folder, out, _day(on)):,} deadlines in {shown(out)}")


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="The file, .csv or .json.")],
    folder: Folder = Path("."),
    on: On = None,
) -> None:
    """Write the state of everything as a table."""
    from joinedup.runs import inquiring

    print(f"{inquiring.export(folder, out, _day(on)):,} rows in {shown(out)}")


@app.command()
def pages(
    out: Annotated[Path, typer.Option("--out", "-o", help="A new or empty folder.")],
    folder: Folder = Path("."),
    on: On = None,
) -> None:
    """Write the public pages, a feed and the tables: without personal data, and readable without a script."""
    from joinedup.runs import inquiring

    print(f"{inquiring.write_pages(folder, out, _day(on)):,} files in {shown(out)}; begin with index.html")


@app.command()
def kinds(json: Json = False) -> None:
    """The kinds of entry and their fields."""
    from joinedup.inquiry import KINDS

    if json:
        print(as_json([_kind_told(name) for name in KINDS]))
        return
    for one in KINDS.values():
        about = f" (about: {', '.join(one.about)})" if one.about else ""
        print(textwrap.fill(f"{one.name}: {one.says}{about}", WIDTH, subsequent_indent="  "))
        for part in one.fields:
            form = " | ".join(part.choices) or part.form
            print(f"    {part.name}{'' if part.required else ' (may be left out)'}: {part.says} [{form}]")


# Words


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("Write a day as 2026-03-31.") from None


def _fields(given: list[str]) -> dict[str, str]:
    fields = dict[str, str]()
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            raise InquiryError(
                "A field is written name=value.", rule="inquiry-field", remedy="Put quotation marks around long texts."
            )
        fields[name.strip()] = value
    return fields


def _heading(found: Inquiry) -> list[str]:
    lines = [f"As at {found.on}. Shipped facts are published ones as at their own day, and no government record."]
    time = found.clock
    if time:
        lines.append(f"{time.inquiry.text}: {time.days_left:,} days left ({time.used:.0%} of its time is past).")
        lines += [f"  does not fit: {one.id}, due {one.due}" for one in time.too_late]
        lines += [f"  {one.id} is due before {needed.id}, which it needs" for one, needed in time.disordered]
    return [*lines, ""]


def _clock_told(found: Inquiry) -> dict[str, object] | None:
    time = found.clock
    if time is None:
        return None
    return {
        "inquiry": time.inquiry.id, "ends": str(time.ends), "days_left": time.days_left, "used": round(time.used, 4),
        "too_late": [one.id for one in time.too_late],
        "disordered": [[one.id, needed.id] for one, needed in time.disordered],
    }  # fmt: skip


def _line(row: dict[str, object]) -> str:
    marks = [f"OVERDUE by {row['overdue_by']:,} days"] if row["overdue_by"] else []
    marks += ["AT RISK"] if row["at_risk"] else []
    marks += ["THE RUN SAYS OTHERWISE"] if row["contradicts"] else []
    marks += [f"as at {row['as_at']}"] if row["published"] else []
    head = f"{row['id']:<22} said: {row['said']:<12} checked: {row['checked']}"
    tail = f"; {'; '.join(marks)}" if marks else ""
    due = f"; due {row['due']}" if row["due"] else ""
    answered = "" if row["kind"] in {"recommendation", "action", "milestone"} else f"; {row['state']}"
    return textwrap.fill(head + answered + due + tail, WIDTH + 20, subsequent_indent=" " * 23)


def _about(found: Inquiry, thing: Thing, row: dict[str, object] | None) -> list[str]:
    lines = [f"{thing.id} ({thing.kind.replace('-', ' ')}, {thing.made.on})", _filled(thing.text)]
    if thing.bodies:
        lines.append(f"  by:       {', '.join(map(found.register.name, thing.bodies))}")
    if row is not None:
        lines += _boxes(row)
    for name in ("source", "certainty"):
        if thing.made.fields.get(name):
            lines.append(_filled(f"{name}: {thing.made.fields[name]}"))
    return lines


def _boxes(row: dict[str, object]) -> list[str]:
    said = f", {row['said_on']}" if row["said_on"] else ""
    checked = f", {row['checked_by']}, {row['checked_on']}" if row["checked_on"] else ""
    lines = [
        f"  said:     {row['said']}{said}",
        f"  checked:  {row['checked']}{checked}",
        f"  state:    {row['state']}",
    ]
    if row["figure"]:
        lines.append(_filled(f"counted:  {row['figure']}"))
    if row["contradicts"]:
        lines.append("  The claim and the count say different things. A person has to look.")
    if row["due"]:
        late = f"; overdue by {row['overdue_by']:,} days" if row["overdue_by"] else ""
        moved = f"; moved {row['times_moved']} times" if row["times_moved"] else ""
        lines.append(f"  due:      {row['due']}{moved}{late}")
    return lines


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _told(found: Inquiry, one: Entry) -> str:
    gone = " [ANNULLED]" if one in found.register.annulled else ""
    number = "published" if one.published else f"entry {one.number}"
    hidden = ("text", "link", "source", "precision", "certainty", "evidence", "report", "theme", "number", "figure")
    told = ", ".join(f"{name} {value}" for name, value in one.fields.items() if name not in hidden)
    lines = [f"{one.on}  {one.kind} of {one.thing} ({number}){gone}: {told}".rstrip(": ")]
    lines += [_filled(one.fields["text"])] if one.fields.get("text") else []
    lines += [_filled(f"evidence: {one.fields['evidence']}")] if one.fields.get("evidence") else []
    lines += [_filled(f"certainty: {one.fields['certainty']}")] if one.fields.get("certainty") else []
    return "\n".join(lines)


def _entry_told(one: Entry) -> dict[str, object]:
    return {
        "number": one.number, "kind": one.kind, "thing": one.thing, "on": str(one.on), "fields": dict(one.fields),
        "by": one.done_by, "at": one.done_at,
    }  # fmt: skip


def _waits_told(one: Waits) -> dict[str, object]:
    return {
        "id": one.thing.id, "kind": one.thing.kind, "who": list(one.who), "due": str(one.due) if one.due else None,
        "overdue_by": one.overdue_by, "state": one.state, "as_at": str(one.on),
    }  # fmt: skip


def _waits(found: Inquiry, one: Waits) -> str:
    late = f", overdue by {one.overdue_by:,} days" if one.overdue_by else ""
    state = "no answer" if one.state == "overdue" else one.state
    who = ", ".join(map(found.register.name, one.who))
    return _hung(f"{str(one.due or 'no day'):<11} {one.thing.id}: {who}; {state}{late}")


def _hung(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=" " * 12)


def _tell_imported(done: Imported, json: bool) -> None:
    print(as_json(done.__dict__ | {"faults": [one.__dict__ for one in done.faults]}) if json else _imported(done))
    if done.faults:
        raise typer.Exit(1)


def _imported(done: Imported) -> str:
    lines = [
        f"Row {one.row}, {one.column or 'the row'}: {one.message} {one.remedy or ''}".rstrip() for one in done.faults
    ]
    if done.faults:
        return "\n".join([*lines, "Nothing was taken. Mend these rows, and import the sheet again."])
    bodies = f", {len(done.bodies):,} bodies" if done.bodies else ""
    told = [f"{done.entered:,} entries taken{bodies}; {done.already:,} references were there already."]
    told += [f"Not read: columns {', '.join(done.unread)}."] if done.unread else []
    return "\n".join(told)


def _kind_told(name: str) -> dict[str, object]:
    from joinedup.inquiry import KINDS

    one = KINDS[name]
    return {
        "kind": one.name,
        "says": one.says,
        "about": list(one.about),
        "fields": [part.__dict__ for part in one.fields],
    }
