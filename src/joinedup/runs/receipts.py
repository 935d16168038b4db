"""Receipts: what was sent, what became of it, how complete it was, and a digest that shows a slip or a damaged copy.

Whoever means to deceive can make a new digest: the copy that a project keeps decides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from joinedup.audit import Act, Entry, Subject, append, details, open_store, transaction
from joinedup.engine import write_bytes
from joinedup.errors import ExtractError, Place
from joinedup.gate import Rulebook
from joinedup.runs.accounts import account
from joinedup.runs.completeness import Completeness
from joinedup.runs.digests import digest, file_digest
from joinedup.runs.project import Project, load_project

FOLDER = "receipts"


def receipt(
    files: Sequence[Mapping[str, Any]], reasons: Sequence[Mapping[str, Any]], completeness: Completeness,
    terms: Mapping[str, Any], written: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """A receipt as it is written. It holds counts and names of files and rules, never a value of a person.

    written: digests of the files of returned rows.
    """
    made: dict[str, Any] = {
        "checked_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "joinedup": metadata.version("joinedup"),
        **terms,
        "files": list(files),
        "reasons": [dict(reason) for reason in reasons],
        "completeness": [
            {"sender": sender, "column": s.column, "suspects": s.records, "given": s.given, "reason": s.reasoned}
            for sender in completeness.senders
            for s in completeness.shares(sender)
        ],
        "written": list(written),
        "not_to_be_relied_on": [finding.message for finding in completeness.findings],
    }
    return made | {"digest": _digest(made)}


def file_line(path: Path, counts: Mapping[str, int]) -> dict[str, Any]:
    """What a receipt says of one file. sha256: of the file as sent, so that the sender can see it is theirs."""
    return {"file": path.name, "sha256": file_digest(path), **counts}


def rules_digest(book: Rulebook) -> str:
    """Digest of the rules in force, so that two receipts can be compared."""
    return digest([sorted(book.overrides.items()), [repr(rule) for rule in book.rules.values()]])[:16]


def write_receipt(path: Path, made: Mapping[str, Any]) -> Path:
    """Write a receipt. Raises StorageError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, (json.dumps(made, indent=1) + "\n").encode())
    return path


def place_in(folder: Path, stem: str, made: Mapping[str, Any]) -> Path:
    """Where a project keeps a receipt: under its time and digest, so that none replaces another."""
    stamp = made["checked_at"].replace("-", "").replace(":", "").replace("+0000", "Z")
    return folder / f"{stem}.{stamp}.{made['digest'][:8]}.json"


def written_by_us(project: Project | None, folder: Path, system: str) -> frozenset[str]:
    """Digests of files of returned rows that receipts name: whoever finds one so finds nothing mended in it.

    folder: where receipts lie that were given outside a project.
    """
    found: set[str] = set()
    kept = (project.folder / FOLDER / system).glob("*.json") if project else ()
    for path in [*kept, *folder.glob("*.receipt.json")]:
        try:
            found.update(read_receipt(path).get("written", ()))
        except ExtractError:
            continue  # a receipt that was changed is told by `joinedup receipts`; here it only proves nothing
    return frozenset(found)


def read_receipt(path: Path) -> dict[str, Any]:
    """A receipt whose digest fits what it says. Raises ExtractError when it does not, or is none."""
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
        said = made.pop("digest")
    except (OSError, UnicodeDecodeError, ValueError, KeyError, AttributeError, TypeError):
        raise ExtractError("This is not a receipt.", place=Place(file=path.name)) from None
    if said != _digest(made):
        raise ExtractError(
            "The receipt was changed after it was given: its digest does not fit.",
            place=Place(file=path.name),
            remedy="Ask whoever gave it for their copy.",
        )
    return {**made, "digest": said}


def _digest(made: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


def log_receipt(project: Project, place: Path, made: Mapping[str, Any]) -> None:
    """Note in the project's audit log that a receipt is given, and its digest. Raises StorageError."""
    name = place.relative_to(project.folder / FOLDER).as_posix()
    subjects = tuple(Subject("extract", line["file"]) for line in made["files"])
    entry = Entry(Act.CONSULTATION, account(), "extracts judged", subjects, {"receipt": name, "digest": made["digest"]})
    with closing(open_store(project.folder)) as store, transaction(store):
        append(store, entry)


def project_receipts(folder: Path) -> list[dict[str, Any]]:
    """Every receipt of a project, in order of time, each held against the audit log.

    `fault` says what is wrong with one: changed, missing, or not in the log; None else. Raises ProjectError.
    """
    project = load_project(folder)
    with closing(open_store(project.folder)) as store:
        logged = {one["receipt"]: one["digest"] for one in details(store) if "receipt" in one}
    kept = {p.relative_to(folder / FOLDER).as_posix(): p for p in (folder / FOLDER).rglob("*.json")}
    found = [_held(name, kept.get(name), logged.get(name)) for name in {*kept, *logged}]
    return sorted(found, key=lambda one: (str(one.get("checked_at", "")), one["receipt"]))


def _held(name: str, path: Path | None, logged: str | None) -> dict[str, Any]:
    if path is None:
        return {"receipt": name, "fault": "It was given and is not here."}
    try:
        made = read_receipt(path)
    except ExtractError as error:
        return {"receipt": name, "fault": error.message}
    fault = None if made["digest"] == logged else "The audit log knows no such receipt: it was made or changed by hand."
    return {**made, "receipt": name, "fault": fault}
