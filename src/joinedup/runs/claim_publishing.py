"""Claims as public pages: judged anew, with every wording that the project's ledger holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from joinedup.releases.claim_pages import ClaimsInput, Wording, claim_pages
from joinedup.runs.claims import Entered, ledger
from joinedup.runs.project import load_project
from joinedup.runs.publishing import write_folder
from joinedup.statistics.claims import WORDS, Judged


def publish_claims(place: Path, judged: Iterable[Judged], out: Path) -> int:
    """Write a page for each claim, an index and tables into a folder that is new or empty; say how many files.

    place: a project folder, whose pages are for its own staff until a release carries them; or a file of claims, with
    figures that others published. Raises StorageError for a folder that holds something.
    """
    named, invented, history = place.stem.replace("-", " ").capitalize(), False, dict[str, tuple[Wording, ...]]()
    if place.is_dir():
        project = load_project(place)
        named, invented, history = project.name, project.invented, history_of(place)
    made = claim_pages(ClaimsInput(named, invented, date.today(), tuple(judged), history, released=not place.is_dir()))
    write_folder(out, {name: text.encode() for name, text in made.items()})
    return len(made)


def history_of(folder: Path) -> dict[str, tuple[Wording, ...]]:
    """Every wording of a project's claims, by name. Raises ProjectError."""
    return _history(ledger(folder))


def _history(entered: Iterable[Entered]) -> dict[str, tuple[Wording, ...]]:
    found: dict[str, list[Wording]] = {}
    for one in entered:
        verdicts = tuple((run, WORDS[word]) for run, word in one.verdicts)
        found.setdefault(one.name, []).append(Wording(one.number, one.at[:10], one.why, verdicts))
    return {name: tuple(wordings) for name, wordings in found.items()}
