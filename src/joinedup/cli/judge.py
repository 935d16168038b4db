"""`joinedup judge`: whether two records are one person, by a person's own judgement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, Why, as_json, shown

if TYPE_CHECKING:
    from joinedup.linkage.judgements import Contradiction
    from joinedup.runs.judging import Contradicted, Judged
    from joinedup.runs.judging_files import BadRow, Imported
    from joinedup.runs.judging_queue import Question
    from joinedup.runs.judging_status import Labels, Observed, Status
    from joinedup.statistics.agreement import Agreement

app = typer.Typer(
    help="Judge whether two records are one person. Every judgement is kept, and obeyed from the next run on.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Two = Annotated[
    list[str], typer.Argument(metavar="[FOLDER] RECORD RECORD", help="Records are written system:reference.")
]
Reason = Annotated[str, typer.Option("--why", help="Why you decide so. It is kept with the judgement.")]
Folder = Annotated[Path, typer.Argument(help="The project folder.")]


@app.callback()
def judge() -> None:
    """Judge whether two records are one person. Every judgement is kept, and obeyed from the next run on."""


@app.command("same")
def same(records: Two, why: Reason, json: Json = False) -> None:
    """Judge two records to be one person. They are joined from the next run on, whatever they hold."""
    _judge(records, "same", why, json)


@app.command("different")
def different(records: Two, why: Reason, json: Json = False) -> None:
    """Judge two records to be two people. No chain of others joins them, and they are never proposed again."""
    _judge(records, "different", why, json)


@app.command("unsure")
def unsure(records: Two, why: Reason, json: Json = False) -> None:
    """Say that you cannot tell. Nothing is joined or parted; others may be asked."""
    _judge(records, "unsure", why, json)


@app.command("queue")
def queue(
    folder: Folder = Path("."),
    batch: Annotated[int, typer.Option(help="How many pairs.")] = 20,
    why: Why = "joinedup judge queue",
    json: Json = False,
) -> None:
    """Show the doubtful pairs of which the answer would change most, side by side. The look is logged."""
    from joinedup.runs import judge_queue

    asked = judge_queue(folder, batch=batch, why=why)
    if json:
        print(as_json(asdict(asked)))
        return
    lines = [line for place, one in enumerate(asked.questions, start=1) for line in _question(place, one)]
    if asked.restricted:
        lines.append(f"{asked.restricted:,} records are restricted by their senders: their pairs are left out.")
    print("\n".join(lines or ["No pair is left that you could be asked about."]))


@app.command("retire")
def retire(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] NUMBER", help="As `judge list` shows it.")],
    why: Reason,
    again: Annotated[
        bool, typer.Option("--again", help="Let the pair be proposed again, also after `different`.")
    ] = False,
    json: Json = False,
) -> None:
    """Take a judgement back. It stays on the list, and holds no longer."""
    from joinedup.runs import retire_judgement

    folder, number = _last(arguments, "Name the number of a judgement, and before it the project folder.")
    if not number.isdecimal() or len(number) > 18:
        raise typer.BadParameter("The number of a judgement is a whole number.")
    retired = retire_judgement(folder, int(number), why=why, again=again)
    if json:
        print(as_json(asdict(retired)))
        return
    left = (
        f"Of its two records `{retired.holds}` still holds." if retired.holds else "Nothing holds of its two records."
    )
    print(f"Judgement {retired.number} is taken back. {left}")


@app.command("list")
def list_(folder: Folder = Path("."), why: Why = "joinedup judge list", json: Json = False) -> None:
    """List every judgement, retired ones too. The look is logged."""
    from joinedup.runs import list_judgements

    rows = list_judgements(folder, why=why).to_pylist()
    if json:
        print(as_json(rows))
        return
    print("\n".join(_listed(row) for row in rows) or "No judgements yet.")


@app.command("contradictions")
def contradictions(folder: Folder = Path("."), why: Why = "joinedup judge contradictions", json: Json = False) -> None:
    """Show judgements that contradict one another, with the shortest chain that does. The look is logged."""
    from joinedup.runs import find_contradictions

    found = find_contradictions(folder, why=why)
    print(as_json(asdict(found)) if json else "\n".join(_contradicted(found)) or "No judgement contradicts another.")


@app.command("status")
def status(folder: Folder = Path("."), json: Json = False) -> None:
    """Say how judging stands: counts, how far two readers agree, and what the judged pairs say of the threshold."""
    from joinedup.runs import judge_status

    found = judge_status(folder)
    print(as_json(asdict(found)) if json else "\n".join(_status(found)))


@app.command("export")
def export(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] FILE", help="The .csv to write.")],
    why: Why = "joinedup judge export",
    json: Json = False,
) -> None:
    """Write every judgement to a CSV file. It is about persons: keep it as you keep the data. The look is logged."""
    from joinedup.runs import export_judgements

    folder, name = _last(arguments, "Name the file to write, and before it the project folder.")
    written = export_judgements(folder, Path(name), why=why)
    print(as_json({"judgements": written, "file": name}) if json else f"{_many(written)}: {shown(Path(name))}")


@app.command("import")
def import_(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] FILE", help="A file that `judge export` wrote.")],
    json: Json = False,
) -> None:
    """Take judgements from a CSV file, each once however often it comes. Nothing is taken when a row is bad: exit 2."""
    from joinedup.runs import import_judgements

    folder, name = _last(arguments, "Name the file to read, and before it the project folder.")
    done = import_judgements(folder, Path(name))
    print(as_json(asdict(done)) if json else "\n".join(_imported(done, Path(name).name)))
    if done.bad:
        raise typer.Exit(2)


def _judge(records: list[str], verdict: str, why: str, json: bool) -> None:
    from joinedup.runs import judge as judge_pair

    if len(records) not in (2, 3) or Path(records[-2]).is_dir():
        raise typer.BadParameter("Name two records, and before them the project folder if it is not this one.")
    folder, one, other = (".", *records)[-3:]
    judged = judge_pair(Path(folder), one, other, verdict, why=why)
    print(as_json(asdict(judged)) if json else "\n".join(_judged(judged)))


def _last(arguments: list[str], says: str) -> tuple[Path, str]:
    """The project folder, this one unless it is named, and what stands after it."""
    if len(arguments) not in (1, 2):
        raise typer.BadParameter(f"{says.rstrip('.')} if it is not this one.")
    folder, last = (".", *arguments)[-2:]
    return Path(folder), last


_SAYS = {"same": "one person", "different": "two people", "unsure": "nobody can tell yet"}


def _judged(judged: Judged) -> Iterator[str]:
    yield f"Judgement {judged.number}: {_SAYS[judged.verdict]}. The next run obeys what is in force."
    if judged.holds not in (None, judged.verdict):
        yield f"`{judged.holds}` was judged before and still holds. Retire that judgement to take it back."
    for one in judged.contradictions:
        yield f"This contradicts other judgements. {_chain(one)}"
    for record in judged.resting:
        yield f"The newest run holds no record {record}: the judgement waits for it."


def _chain(one: Contradiction) -> str:
    links = " > ".join(one.chain)
    return f"{one.record_id_l} and {one.record_id_r} are judged two people, and this chain makes them one: {links}"


def _contradicted(found: Contradicted) -> Iterator[str]:
    for one in found.contradictions:
        yield _chain(one)
    for left, right in found.disputed:
        yield f"{left} and {right} are judged one person by one account, and two people by another."


def _question(place: int, one: Question) -> Iterator[str]:
    """Two records side by side; columns that neither fills are left out."""
    rows = [(c.column, c.one or "-", c.other or "-") for c in one.columns if c.one or c.other]
    head = ("", one.record_id_l, one.record_id_r)
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(2)]
    yield f"{place}. The answer may change {one.flips:,} pair{'' if one.flips == 1 else 's'} of records."
    for row in [head, *rows]:
        yield f"  {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}".rstrip()


def _listed(row: dict[str, object]) -> str:
    taken_back = f" Taken back by {row['retired_by']}: {row['retired_why']}" if row["retired_at"] else ""
    pair = f"{row['record_id_l']} {row['record_id_r']}"
    return f"{row['number']}  {str(row['at'])[:16]}  {row['verdict']:<9}  {pair}  {row['by']}: {row['why']}{taken_back}"


def _status(found: Status) -> Iterator[str]:
    held = ", ".join(f"{count:,} {verdict}" for verdict, count in found.verdicts.items())
    yield f"{_many(found.judgements)}, {found.retired:,} taken back. In force, by pair: {held}."
    if found.resting:
        yield f"Waiting for a record that the newest run does not hold: {found.resting:,}."
    if found.contradictions or found.disputed:
        yield (
            f"Contradicted by a chain: {found.contradictions:,}. Judged differently by two people: {found.disputed:,}. "
            "See `joinedup judge contradictions`."
        )
    yield _agreement(found.agreement)
    if found.labels is not None:
        yield from _labels(found.labels)
    if found.unweighed:
        yield f"Judged besides, of pairs that the run did not weigh at even odds or better: {found.unweighed:,}."


def _agreement(found: Agreement) -> str:
    raw, kappa, ac1 = ("not estimable" if one is None else f"{one:.3f}" for one in (found.raw, found.kappa, found.ac1))
    return f"Pairs read twice: {found.cases:,}. Agreed: {raw}; Cohen's kappa {kappa}; Gwet's AC1 {ac1}."


def _labels(found: Labels) -> Iterator[str]:
    yield f"Judged pairs at {found.threshold:g} bits or more: {_share(found.above)}."
    yield f"Judged pairs below: {_share(found.below)}."
    yield "These were chosen because they are doubtful: of all pairs fewer lie on the wrong side."
    if found.best is not None and found.best != found.threshold:
        yield (
            f"{found.wrong_side:,} lie on the wrong side of the threshold; at {found.best:g} bits it would be "
            f"{found.fewest:,}. Set it in joinedup.toml if you agree: nothing changes by itself."
        )


def _share(one: Observed) -> str:
    if one.share is None:
        return "none yet"
    limits = f"95% limits {100 * one.lower:.1f}% to {100 * one.upper:.1f}%"
    return f"{one.same:,} of {one.judged:,} are one person ({100 * one.share:.1f}%; {limits})"


def _many(count: int) -> str:
    return f"{count:,} judgement{'' if count == 1 else 's'}"


def _imported(done: Imported, name: str) -> Iterator[str]:
    if done.bad:
        yield f"{name}: nothing was taken; {len(done.bad):,} row{'' if len(done.bad) == 1 else 's'} to put right."
        yield from map(_bad, done.bad)
        return
    yield f"{name}: {_many(done.taken)} taken, {done.retired:,} taken back, {done.already:,} there already."


def _bad(one: BadRow) -> str:
    where = f"  row {one.row:,}" + (f", column `{one.column}`" if one.column else "")
    return f"{where}: {one.message} {one.remedy or ''}".rstrip()
