"""Inventing a whole project: systems that do not talk to each other, and the truth beside them."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.errors import Place, ProjectError, from_oserror, nearest
from joinedup.synthetic import truth
from joinedup.synthetic.case_rows import crime_references
from joinedup.synthetic.fields import Cells
from joinedup.synthetic.holdings import hold
from joinedup.synthetic.layouts import TableLayout, layout_of
from joinedup.synthetic.maps import extract_name, map_text
from joinedup.synthetic.styles import CRIME
from joinedup.synthetic.system_rows import Written, write_down
from joinedup.synthetic.systems import SIZES, Size, force_code, systems_of
from joinedup.synthetic.world import World, draw_world
from joinedup.synthetic.writing import write_cells, write_truth, write_workbook

CONFIGURATION = """\
# An invented {size}: no person, force, place or case in it exists. Seed {seed}.
# What is true stands in truth/, which no run joins by.

[project]
name = "Invented {size}"
invented = true             # allows the invented forces X01, X02 and so on

[gate]
mode = "historic"           # old records are marked where new ones would be returned

[engine]
memory = "4GB"
threads = 2
"""
KEYED_JOIN = """
[[keyed_join]]              # custody often had the crime number: one suspect on each side is one person
name = "{force} crime and custody"
systems = ["{low}-crime", "{low}-custody"]
on = "crime"
"""
TRUTH = "truth"
_HOLD, _WRITE, _BLANKS = range(3)


@dataclass(frozen=True)
class Invented:
    """What was written. counts: as `describe` gives them."""

    folder: Path
    size: str
    seed: int
    systems: tuple[str, ...]
    counts: Mapping[str, object]


def invent(folder: Path, *, size: str = "town", seed: int = 1) -> Invented:
    """Write an invented project into `folder`: joinedup.toml, sources/<system>/ and truth/.

    size: `village` (about 1,500 person records), `town` (10,000), `region` (300,000) or `nation` (1,500,000). The same
    size and seed give the same files, byte for byte. An earlier invented project in the folder is made anew. Raises
    ProjectError for a size that does not exist and for a folder that holds a project of real records, StorageError when
    the disk refuses.
    """
    chosen = _size(size)
    _make_room(folder)
    _write_text(folder / "joinedup.toml", _configuration(chosen, seed))
    world = draw_world(chosen, seed)
    written = _all_systems(world)
    for number, one in enumerate(written):
        _write_system(folder / "sources" / one.name, one, world.chance(_BLANKS, number))
    _write_truth(folder / TRUTH, world, written)
    return Invented(folder, size, seed, tuple(one.name for one in written), describe(folder))


def describe(folder: Path) -> dict[str, object]:
    """Counts of an invented project: people, groups, person records in all and by system, recorded cases by kind, and
    defects by name.

    Raises ProjectError for a folder that holds no invented project.
    """
    place = folder / TRUTH
    if not place.is_dir():
        raise ProjectError("This folder holds no invented project.", place=Place(file=str(folder)))
    records, crimes, defects = (pq.read_table(place / f"{name}.parquet") for name in ("records", "crimes", "defects"))
    return {
        "people": pq.read_metadata(place / "people.parquet").num_rows,
        "people_with_records": pc.count_distinct(records["true_person"]).as_py(),
        "groups": pq.read_metadata(place / "groups.parquet").num_rows,
        "person_records": records.num_rows,
        "records_by_system": _counted(records["system"]),
        "cases_by_kind": _counted(crimes.group_by("true_case").aggregate([("kind", "min")])["kind_min"]),
        "defects": _counted(defects["name"]),
    }


def _counted(column: object) -> dict[str, int]:
    counts = pc.value_counts(column).to_pylist()
    return {one["values"]: one["counts"] for one in sorted(counts, key=lambda one: str(one["values"]))}


def _configuration(size: Size, seed: int) -> str:
    forces = [force_code(place) for place in range(size.forces)]
    joins = [KEYED_JOIN.format(force=force, low=force.lower()) for force in forces]
    return CONFIGURATION.format(size=size.name, seed=seed) + "".join(joins)


def _size(name: str) -> Size:
    if name not in SIZES:
        raise ProjectError(
            f"There is no size `{name}`.{nearest(name, SIZES)}", remedy="Sizes: " + ", ".join(SIZES) + "."
        )
    return SIZES[name]


def _make_room(folder: Path) -> None:
    """Take away an earlier invention; refuse a project of real records."""
    configuration = folder / "joinedup.toml"
    try:
        if configuration.exists() and not _is_invented(configuration):
            raise ProjectError(
                "This folder holds a project that is not invented.",
                place=Place(file=str(folder)),
                remedy="Name another folder.",
            )
        if not configuration.exists() and (folder / "sources").exists():
            raise ProjectError(
                "This folder holds sources already.", place=Place(file=str(folder)), remedy="Name another folder."
            )
        for part in ("sources", TRUTH):
            shutil.rmtree(folder / part, ignore_errors=not (folder / part).exists())
    except OSError as error:
        raise from_oserror(error) from None


def _is_invented(configuration: Path) -> bool:
    try:
        content = tomllib.loads(configuration.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return content.get("project", {}).get("invented") is True


def _all_systems(world: World) -> list[Written]:
    systems = systems_of(world.size)
    held = [
        hold(world.chance(_HOLD, n), system, world.cases, world.parts, world.people) for n, system in enumerate(systems)
    ]
    references = crime_references(world, [one for one in held if one.system.kind == CRIME])
    return [write_down(world.chance(_WRITE, n), world, one, references) for n, one in enumerate(held)]


def _write_system(folder: Path, one: Written, rng: np.random.Generator) -> None:
    """The map and the extracts of one system."""
    system, layout = one.held.system, layout_of(one.held.system)
    files = {
        file: _cells_of(one, [table for table in layout if table.file == file])
        for file in dict.fromkeys(t.file for t in layout)
    }
    for file, cells in files.items():
        path = folder / extract_name(system, file)
        if system.style.ending == ".xlsx":
            write_workbook(path, file, cells)
        else:
            write_cells(path, cells, system.style, rng, one.broken if file == layout[0].file else one.broken[:0])
    _write_text(folder / "source.toml", map_text(system, layout))


def _cells_of(one: Written, tables: list[TableLayout]) -> Cells:
    """The columns of one file, from the tables that are read from it."""
    cells: Cells = {}
    for table in tables:
        rows = one.tables[table.table] if table.table in one.tables else one.tables["person_records"]
        for field in table.fields:
            if field.write is not None:
                cells |= field.write(rows)
    return cells


def _write_truth(folder: Path, world: World, written: list[Written]) -> None:
    write_truth(folder / "records.parquet", truth.records_table(written))
    write_truth(folder / "people.parquet", truth.people_table(world))
    write_truth(folder / "groups.parquet", truth.groups_table(world))
    write_truth(folder / "parts.parquet", truth.parts_table(world))
    write_truth(folder / "crimes.parquet", truth.crimes_table(world, written))
    write_truth(folder / "defects.parquet", truth.defects_table(written))


def _write_text(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise from_oserror(error) from None
