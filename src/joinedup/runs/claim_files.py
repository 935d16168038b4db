"""Statements and figures as TOML that people read: `[[claim]]`, `[[figures]]` and `[[residents]]`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joinedup.errors import Place, StatisticsError, from_oserror, nearest
from joinedup.statistics.claims import About, Counted, Evidence, Printed, Residents, Statement, Than

_ABOUT = ("population", "unit", "stage", "area", "period", "field")
_KEYS: Mapping[str, frozenset[str]] = {
    "claim": frozenset({"name", "says", "said_by", "figures", "residents", "group", "direction", "than", *_ABOUT}),
    "figures": frozenset({
        "name", "counts", "missing", "percent_of_known", "percent_of_all", "percent_known", "source", "certainty",
        "refused", "seen", *_ABOUT,
    }),
    "residents": frozenset({"area", "period", "shares", "source", "gap", "field"}),
}  # fmt: skip


@dataclass(frozen=True)
class Claims:
    """What a file holds. figures_of, residents_of: by claim, the figures, and the area of the residents, that it names;
    those are then taken whatever they are of, and where they are of something else the verdict is refused.
    """

    statements: tuple[Statement, ...]
    evidence: tuple[Evidence, ...]
    residents: tuple[Residents, ...]
    figures_of: Mapping[str, str]
    residents_of: Mapping[str, str]


def read_claims(path: Path, about: Mapping[str, str] | None = None) -> Claims:
    """Read a file of statements, and of figures to hold them against.

    about: what a statement is of where it does not say so, such as a project's own records. Raises StatisticsError that
    names the entry and what is wrong with it, StorageError where the file cannot be read.
    """
    content = _content(path)
    made: dict[str, list[Any]] = {section: [] for section in _KEYS}
    for section, make in _makers(about or {}).items():
        for number, entry in enumerate(content.get(section, []), start=1):
            made[section].append(_made(make, entry, path.name, f"{section} {number}"))
    names = [one.name for one in made["claim"]]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise StatisticsError(f"Two claims are called `{min(repeated)}`.", place=Place(file=path.name))
    named = [
        {one["name"]: one[what] for one in content.get("claim", []) if what in one} for what in ("figures", "residents")
    ]
    return Claims(tuple(made["claim"]), tuple(made["figures"]), tuple(made["residents"]), *named)


def _content(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise from_oserror(error) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        told = "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise StatisticsError(f"The claims are not TOML: {told}.", place=Place(file=path.name)) from None
    for section, entries in content.items():
        if section not in _KEYS:
            raise StatisticsError(
                f"There is no section `[[{section}]]`.{nearest(section, _KEYS)}", place=Place(file=path.name)
            )
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise StatisticsError(f"Write `[[{section}]]` before each entry.", place=Place(file=path.name))
        for number, entry in enumerate(entries, start=1):
            _known(section, entry, path.name, f"{section} {number}")
    return content


def _known(section: str, entry: Mapping[str, Any], file: str, which: str) -> None:
    for key in entry:
        if key not in _KEYS[section]:
            raise _wrong(file, which, f"There is no `{key}` here.{nearest(key, _KEYS[section])}")


def _wrong(file: str, which: str, message: str, remedy: str | None = None) -> StatisticsError:
    """An error that says which entry of the file it is about."""
    return StatisticsError(f"{which}: {message}", place=Place(file=file), remedy=remedy)


Maker = Callable[[Mapping[str, Any]], Any]


def _makers(about: Mapping[str, str]) -> Mapping[str, Maker]:
    return {"claim": lambda entry: _statement({**about, **entry}), "figures": _evidence, "residents": _residents}


def _made(make: Maker, entry: Mapping[str, Any], file: str, which: str) -> Any:
    try:
        return make(entry)
    except KeyError as error:
        raise _wrong(file, which, f"`{error.args[0]}` is missing.") from None
    except (TypeError, ValueError, AttributeError):
        kinds = "Texts stand in quotation marks; shares and counts without."
        raise _wrong(file, which, "A value is of the wrong kind.", kinds) from None
    except StatisticsError as error:
        raise _wrong(file, which, error.message, error.remedy) from None


def _statement(entry: Mapping[str, Any]) -> Statement:
    return Statement(
        name=_text(entry, "name"),
        about=_about(entry),
        group=_text(entry, "group"),
        direction=entry.get("direction", "more"),
        than=than_of(entry["than"]),
        says=entry.get("says", ""),
        said_by=entry.get("said_by", ""),
    )


def than_of(told: float | str) -> Than:
    """What a share is compared with: a number, `residents`, or another group. Raises StatisticsError."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        raise TypeError
    if isinstance(told, str):
        return Than(residents=True) if told == "residents" else Than(group=told)
    return Than(share=float(told))


def _about(entry: Mapping[str, Any]) -> About:
    return About(*(_text(entry, name) for name in _ABOUT))


def _text(entry: Mapping[str, Any], name: str) -> str:
    if not isinstance(entry[name], str):
        raise StatisticsError(f"`{name}` is a text.", remedy="Write it in quotation marks.")
    return str(entry[name])


def _evidence(entry: Mapping[str, Any]) -> Evidence:
    return Evidence(
        name=_text(entry, "name"),
        about=_about(entry),
        shares=_shares(entry),
        source=_text(entry, "source"),
        certainty=entry.get("certainty", ""),
        refused=entry.get("refused"),
        seen=_seen(entry),
    )


def _seen(entry: Mapping[str, Any]) -> bool:
    if not isinstance(entry.get("seen", True), bool):
        raise StatisticsError("`seen` is true or false.", remedy="Write false for figures that were only quoted.")
    return bool(entry.get("seen", True))


def _shares(entry: Mapping[str, Any]) -> Counted | Printed:
    ways = [name for name in ("counts", "percent_of_known", "percent_of_all") if name in entry]
    if len(ways) != 1:
        raise StatisticsError(
            "Figures are counts, or per cents of those known or of all.",
            remedy="Write one of `counts`, `percent_of_known`, `percent_of_all`.",
        )
    if ways == ["counts"]:
        return Counted(dict(entry["counts"]), dict(entry["missing"]))
    shares = {group: percent / 100 for group, percent in entry[ways[0]].items()}
    return Printed(shares, entry["percent_known"] / 100, ways == ["percent_of_known"])


def _residents(entry: Mapping[str, Any]) -> Residents:
    shares = {group: _two(share) for group, share in entry["shares"].items()}
    area, period = _text(entry, "area"), _text(entry, "period")
    field = entry.get("field", "ethnicity")
    return Residents(area, period, shares, _text(entry, "source"), entry.get("gap"), field)


def _two(share: float | list[float]) -> tuple[float, float]:
    """A share, or its least and most."""
    low, high = share if isinstance(share, list) else (share, share)
    return float(low), float(high)
