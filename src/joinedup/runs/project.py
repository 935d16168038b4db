"""A project folder: its configuration, checked, and its places."""

from __future__ import annotations

import datetime as dt
import fnmatch
import functools
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joinedup import tables
from joinedup.engine import Resources, is_extract, write_bytes
from joinedup.errors import GateError, LinkageError, Place, ProjectError, from_oserror, nearest
from joinedup.gate import Mode, Rulebook, Terms, rulebook, value_maps
from joinedup.sources import Lists, Settings

CONFIGURATION = "joinedup.toml"

_SECTIONS: Mapping[str, set[str]] = {
    "project": {"name", "invented"},
    "gate": {"mode", "severity", "as_of", "rule"},
    "engine": {"memory", "threads", "spill"},
    "runs": {"keep"},
    "link": {"threshold"},
    "codes": set(),
    "keyed_join": {"name", "systems", "on"},
    "hold": {"name", "records"},
}

_REPEATED = {"keyed_join", "hold"}

TEMPLATE = """\
# A Joinedup project. Put each system's extracts in sources/<system>/, with a source.toml that maps them.

[project]
name = {name}
invented = false            # true only for invented records: allows forces X01 onwards, and every page says so

[gate]
mode = "historic"           # historic: what is compulsory and missing is marked and counted; new: it is returned
# as_of = 2026-03-31        # judge as on this day, so that a run can be made again; today when left out
# [gate.severity]
# nationality-compulsory = "returned"     # a rule's own severity, whatever the mode: returned, marked or off
# [[gate.rule]]                           # a rule of your own; the shipped ones are in the manual's reference part
# name = "custody-number-missing"
# table = "person_records"
# column = "id_pnc"
# when = ["stage is arrested, charged", "id_pnc is missing"]
# message = "An arrested person has no PNC number."
# remedy = "Add it from the custody record."

[engine]
memory = "4GB"              # the most the engine may use before it spills to disk
threads = 2
# spill = "/fast/disk/spill"

[runs]
keep = 5                    # older runs are removed

[link]
threshold = "auto"         # or bits, such as 9: two records at or above it are joined

# [codes]
# observed_ethnicity = "my-list"          # a list of your own in codes/my-list.csv, in place of the shipped one

# [[keyed_join]]                          # records that two systems hold on one crime reference
# name = "crime recording and custody"
# systems = ["crime", "custody"]
# on = "crime"

# [[hold]]                                # an inquiry's hold: nothing that it covers is erased
# name = "preservation hold of the inquiry"
# records = ["crime:*", "custody:1234"]   # every record when left out
"""

SOURCE_TEMPLATE = """\
# How this system's extracts become record tables. Every table and column is in the manual's reference part.
# Take the marks off the lines that fit and change the names in capitals to those of your extract.

# force = "E23000005"                     # ONS code, or any usual name of the force
# kind = "crime recording"

# [reading]
# encoding = "cp1252"                     # utf-8 unless named
# nulls = ["", "NULL", "N/A", "-"]
# dates = ["%d/%m/%Y"]

# [[table]]
# name = "person_records"
# files = "people*.csv"
#   [table.columns]
#   local_id = "PERSON_REF"
#   forenames = "FORENAMES"
#   surname = "SURNAME"
#   dob = "DATE_OF_BIRTH"
#   sex = { column = "SEX", codes = "sex-pnc" }
#   self_defined_ethnicity = { column = "SDE", codes = "sde-16-plus-1" }
#   observed_ethnicity = "OFFICER_SEEN"
#   nationalities = { column = "NATIONALITY", codes = "nationality-cjs" }
#   postcode = "POSTCODE"
#   phones = { columns = ["MOBILE", "HOME"] }

# [[table]]
# name = "roles"
# files = "people*.csv"
#   [table.columns]
#   crime_id = "CRIME_REF"
#   record_id = "PERSON_REF"
#   role = { column = "ROLE", values = { SUS = "suspect", VIC = "victim" } }
"""


@dataclass(frozen=True)
class KeyedJoin:
    """Records that two systems hold on the same crime reference, one identified suspect on each side."""

    name: str
    systems: tuple[str, str]


@dataclass(frozen=True)
class Hold:
    """Records that nobody may erase. records: patterns of record ids, such as `x01-crime:*`."""

    name: str
    records: tuple[str, ...]

    def covers(self, record: str) -> bool:
        return any(fnmatch.fnmatchcase(record, pattern) for pattern in self.records)


@dataclass(frozen=True)
class Project:
    """A project folder and its checked configuration."""

    folder: Path
    name: str
    invented: bool = False
    mode: Mode = "historic"
    book: Rulebook = field(default_factory=rulebook)
    own_rules: tuple[Mapping[str, Any], ...] = ()
    as_of: dt.date | None = None
    resources: Resources = field(default_factory=Resources)
    keep: int = 5
    threshold: float | None = None
    code_lists: Mapping[str, str] = field(default_factory=dict)
    keyed_joins: tuple[KeyedJoin, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def sources(self) -> Path:
        return self.folder / "sources"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def source_settings(self) -> Settings:
        codes_folder = self.folder / "codes"
        lists = Lists(codes_folder if codes_folder.is_dir() else None, self.code_lists, self.invented)
        return Settings(lists, self.sources, functools.partial(value_maps, invented=self.invented))

    @functools.cached_property
    def judged_on(self) -> dt.date:
        """The day on which the gate judges."""
        return self.as_of or dt.date.today()

    def terms(self, mode: Mode | None = None, *, all_sent: bool = False) -> Terms:
        """On what terms the gate judges this project's rows; `mode` in place of the project's own."""
        return Terms(mode or self.mode, self.judged_on, self.invented, all_sent)

    def systems(self) -> list[Path]:
        """The folders of `sources/`, in order of name. Raises ProjectError when there is none."""
        found = sorted(p for p in self.sources.iterdir() if p.is_dir()) if self.sources.is_dir() else []
        loose = sorted(p.name for p in self.sources.iterdir() if is_extract(p)) if self.sources.is_dir() else []
        if loose:
            raise ProjectError(
                "An extract lies outside any system's folder.",
                place=Place(file=f"sources/{loose[0]}"),
                remedy="Make a folder for its system in sources/ and move it there.",
            )
        if not found:
            raise ProjectError(
                "The project has no sources.",
                place=Place(file=str(self.sources)),
                remedy="Make a folder for each system in it, with its extracts and a source.toml.",
            )
        return found


def load_project(folder: Path) -> Project:
    """Read and check `joinedup.toml`. Raises ProjectError, with the nearest right name, for what cannot be used."""
    path = folder / CONFIGURATION
    where = Place(file=str(path))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError(
            "This folder is not a Joinedup project.",
            place=Place(file=str(folder)),
            remedy="Make one with `joinedup new FOLDER`, or look at `joinedup demo`.",
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise ProjectError(f"The configuration is not TOML: {reason}.", place=where) from None
    except OSError as error:
        raise from_oserror(error) from None
    _known(content, where)
    return _project(folder, content, where)


def project_around(path: Path) -> Project | None:
    """The project whose folder holds `path`, or None."""
    for folder in path.resolve().parents:
        if (folder / CONFIGURATION).exists():
            return load_project(folder)
    return None


def new_project(folder: Path) -> Path:
    """Make an empty project with a commented configuration and a source map to fill in.

    Raises ProjectError when the folder holds a project already, StorageError when the disk refuses.
    """
    if (folder / CONFIGURATION).exists():
        raise ProjectError("There is a project in this folder already.", place=Place(file=str(folder)))
    system = folder / "sources" / "first-system"
    try:
        system.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_oserror(error) from None
    write_bytes(system / "source.toml", SOURCE_TEMPLATE.encode())
    configuration = TEMPLATE.format(name=json.dumps(folder.resolve().name))
    write_bytes(folder / CONFIGURATION, configuration.encode())
    return folder


def _known(content: Mapping[str, Any], where: Place) -> None:
    for section, value in content.items():
        if section not in _SECTIONS:
            raise ProjectError(f"There is no section `[{section}]`.{nearest(section, _SECTIONS)}", place=where)
        several = section in _REPEATED
        if isinstance(value, list) != several:
            wanted = f"[[{section}]]" if several else f"[{section}]"
            raise ProjectError(f"`{section}` should be a section: `{wanted}`.", place=where)
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                raise ProjectError(f"`{section}` should be a section: `[{section}]`.", place=where)
            for key in one:
                if _SECTIONS[section] and key not in _SECTIONS[section]:
                    raise ProjectError(
                        f"`[{section}]` has no setting `{key}`.{nearest(key, _SECTIONS[section])}", place=where
                    )


def _project(folder: Path, content: Mapping[str, Any], where: Place) -> Project:
    project, gate, engine = (content.get(name, {}) for name in ("project", "gate", "engine"))
    spill = _typed(engine, "spill", str, None, where)
    return Project(
        folder=folder,
        name=_typed(project, "name", str, folder.resolve().name, where),
        invented=_typed(project, "invented", bool, False, where),
        mode=_mode(gate.get("mode", "historic"), where),
        book=_book(gate, content.get("codes", {}), where),
        own_rules=tuple(gate.get("rule", ())),
        as_of=_typed(gate, "as_of", dt.date, None, where),
        resources=Resources(
            memory=_typed(engine, "memory", str, "4GB", where),
            threads=_positive(_typed(engine, "threads", int, 2, where), "threads", where),
            spill=Path(spill) if spill else None,
        ),
        keep=_positive(_typed(content.get("runs", {}), "keep", int, 5, where), "keep", where),
        threshold=_threshold(content.get("link", {}), where),
        code_lists=_code_lists(content.get("codes", {}), where),
        keyed_joins=tuple(_keyed_join(one, where) for one in content.get("keyed_join", [])),
        holds=tuple(_hold(one, where) for one in content.get("hold", [])),
    )


def _book(gate: Mapping[str, Any], own_lists: Mapping[str, Any], where: Place) -> Rulebook:
    own = _typed(gate, "rule", list, [], where)
    try:
        return rulebook(_typed(gate, "severity", dict, {}, where), own, own_lists.keys())
    except GateError as error:
        raise GateError(error.message, place=where, rule=error.rule, remedy=error.remedy) from None


def _threshold(section: Mapping[str, Any], where: Place) -> float | None:
    """Bits, or None where the scores are to choose."""
    if section.get("threshold", "auto") == "auto":
        return None
    value = float(_typed(section, "threshold", (int, float), 0.0, where))
    from joinedup.linkage import LinkSettings  # takes a second to load, and most commands join nothing

    try:
        return LinkSettings(value).threshold
    except LinkageError as error:
        raise ProjectError(error.message, place=where, remedy=error.remedy) from None


def _code_lists(section: Mapping[str, Any], where: Place) -> Mapping[str, str]:
    coded = sorted({c.name for table in tables.RECORD_TABLES for c in table.columns if c.codes is not None})
    for column in section:
        if column not in coded:
            raise ProjectError(
                f"`[codes]` names no column with codes: `{column}`.{nearest(column, coded)}", place=where
            )
        _typed(section, column, str, "", where)
    return section


def _typed(section: Mapping[str, Any], key: str, kind: Any, default: Any, where: Place) -> Any:
    value = section.get(key, default)
    if value is not default and not isinstance(value, kind):
        wanted = {
            str: "text",
            bool: "true or false",
            int: "a whole number",
            dict: "a section",
            list: "a list of tables, each `[[gate.rule]]`",
            dt.date: "a day such as 2026-03-31",
        }.get(kind, "a number")
        raise ProjectError(f"`{key}` should be {wanted}.", place=where)
    return value


def _positive(value: int, key: str, where: Place) -> int:
    if value < 1:
        raise ProjectError(f"`{key}` should be 1 or more.", place=where)
    return value


def _mode(value: object, where: Place) -> Mode:
    if value == "new":
        return "new"
    if value == "historic":
        return "historic"
    raise ProjectError('`[gate] mode` is "new" or "historic".', place=where)


def _keyed_join(content: Mapping[str, Any], where: Place) -> KeyedJoin:
    systems = content.get("systems")
    if not isinstance(systems, list) or len(systems) != 2 or not all(isinstance(s, str) for s in systems):
        raise ProjectError("A keyed join names two systems.", place=where, remedy='Such as systems = ["a", "b"].')
    if content.get("on", "crime") != "crime":
        raise ProjectError('A keyed join is on = "crime": the crime reference that both systems use.', place=where)
    return KeyedJoin(str(content.get("name", " and ".join(systems))), (systems[0], systems[1]))


def _hold(content: Mapping[str, Any], where: Place) -> Hold:
    records = content.get("records", ["*"])
    if not isinstance(records, list) or not records or not all(isinstance(one, str) for one in records):
        raise ProjectError("A hold names records.", place=where, remedy='Such as records = ["crime:*"], or no line.')
    return Hold(str(content.get("name", "a hold")), tuple(records))
