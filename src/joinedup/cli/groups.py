"""`joinedup groups`: people acting together, as far as records suggest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.cli.out import Json, Why, as_json, shown

if TYPE_CHECKING:
    from joinedup.runs.grouping_show import ShownGroup

Row = dict[str, Any]


def groups(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[FOLDER] | show [FOLDER] GROUP", help="A group is named as listed.")
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(help="With `show`: write network and timeline to this .html. It must not be passed on."),
    ] = None,
    why: Why = "joinedup groups",
    json: Json = False,
) -> None:
    """List the groups of the newest run, or show one with its people. Every look is logged.

    A group is people whom records suggest to act together: nobody has confirmed it.
    """
    asked = arguments or []
    if asked[:1] != ["show"]:
        _list(asked, why, json, picture)
        return
    folder, group = _named(asked[1:])
    _show(folder, group, why, json, picture)


def _named(arguments: Sequence[str]) -> tuple[Path, str]:
    if len(arguments) not in (1, 2):
        raise typer.BadParameter("Name one group, and before it the project folder if it is not this one.")
    folder, group = (".", *arguments)[-2:]
    return Path(folder), group


def _list(arguments: Sequence[str], why: str, json: bool, picture: Path | None) -> None:
    from joinedup.runs.grouping_show import list_groups

    if len(arguments) > 1 or picture is not None:
        raise typer.BadParameter("To see one group: joinedup groups show [FOLDER] GROUP.")
    found = list_groups(Path(arguments[0] if arguments else "."), why=why)
    print(as_json({"groups": found}) if json else "\n".join(_listed(found)))


def _listed(found: Sequence[Row]) -> Iterator[str]:
    if not found:
        yield "No group was found."
        return
    unseen = sum(not row["seen_by_one_system"] for row in found)
    yield f"{len(found):,} groups, {unseen:,} of which no single system shows. None is confirmed."
    yield _HEAD
    for row in found:
        yield (
            f"{row['group_id']}  {row['suspects']:8}  {row['unidentified']:14}  {row['children']:8}  "
            f"{row['crimes']:6}  {len(row['forces']):6}  {_day(row['first_on']):10}  {_day(row['last_on']):10}  "
            f"{'yes' if row['seen_by_one_system'] else 'no'}"
        )


_HEAD = "group              suspects  not identified  children  crimes  forces  from        to          one system?"


def _day(day: object) -> str:
    return str(day or "-")


def _show(folder: Path, group: str, why: str, json: bool, picture: Path | None) -> None:
    from joinedup.runs.grouping_show import pictured, show_group

    found = show_group(folder, group, why=why)
    if picture is not None:
        from joinedup.engine import write_bytes
        from joinedup.releases.group_picture import as_page

        write_bytes(picture, as_page(pictured(folder, found)))
    if json:
        print(as_json(asdict(found) | {"picture": picture}))
        return
    print("\n".join(_words(found)))
    if picture is not None:
        print(f"Picture: {shown(picture)} (keep it as you keep the data; it must not be passed on)")


def _words(found: ShownGroup) -> Iterator[str]:
    facts = found.facts
    yield (
        f"Group {found.group_id}: {facts['suspects']} suspects, {facts['unidentified']} not identified; "
        f"{facts['children']} children harmed; {facts['crimes']} crimes of {facts['incidents']} incidents."
    )
    yield found.caution
    yield f"  {facts['first_on']} to {facts['last_on']}"
    yield f"  forces {_and(facts['forces'])}; systems {_and(facts['systems'])}"
    yield (
        f"  recorded with one suspect: {facts['single_suspect_crimes']} crimes; not flagged: "
        f"{facts['unflagged_crimes']}; open {facts['open_crimes']}, closed {facts['closed_crimes']}"
    )
    yield f"Meets: {_and(facts['definitions_met'])}."
    yield f"Does not meet: {_and(facts['definitions_not_met']) or 'none is left'}."
    yield "Against:"
    yield from (f"  {one}" for one in found.against)
    yield "People:"
    yield from map(_member, found.members)
    yield "Timeline:"
    yield from map(_crime, found.timeline)
    yield "Ties between incidents:"
    yield from map(_tie, found.ties)
    yield "Shared contacts:"
    yield from (
        f"  a {one['kind']} of {len(one['held_by'])} people: {', '.join(one['held_by'])}" for one in found.contacts
    )
    yield "Who sees it alone:"
    yield from map(_sight, found.sights)
    yield "Who else held a suspect, and since when:"
    yield from (
        f"  {one.person_id}  {one.system}: {one.records} records since {one.first_on or '-'}" for one in found.reports
    )


def _member(row: Row) -> str:
    marks = ["; also recorded as a suspect"] * bool(row["also_suspected"])
    marks += ["; DOUBTFUL: a strict joining would part their records"] * bool(row["doubtful"])
    return f"  {row['person_id']}  {row['role']}: {row['why']}{''.join(marks)}"


def _crime(row: Row) -> str:
    flag = {True: "flagged", False: "flag says no", None: "no flag"}[row["flagged"]]
    outcome = "no outcome kept" if row["outcome"] is None else "open" if row["outcome"] == "0" else row["outcome"]
    return (
        f"  {row['on'] or '-'}  {row['crime_id']}: {row['suspects']} suspects, {row['children']} children; {flag}; "
        f"outcome {outcome}"
    )


def _tie(row: Row) -> str:
    apart = "days apart not known" if row["days_apart"] is None else f"{row['days_apart']} days apart"
    alone = "; the group falls apart without it" if row["alone"] else ""
    return f"  {row['bits']:+6.1f}  {row['crime_id_l']} and {row['crime_id_r']}: {_and(row['shares'])}; {apart}{alone}"


def _sight(row: Row) -> str:
    sees = "finds two of its suspects together" if row["sees"] else "does not see it"
    return (
        f"  {row['kind']} {row['holder']}: {row['crimes']} crimes, {row['suspects']} suspects, {row['children']} "
        f"children, first on {row['first_on'] or '-'}; {sees}"
    )


def _and(words: Sequence[str]) -> str:
    return ", ".join(words)
