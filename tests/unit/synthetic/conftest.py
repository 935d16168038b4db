"""One invented town, written once for all tests of the room."""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from joinedup.engine import Reading, read_extract
from joinedup.synthetic import Invented, invent
from joinedup.synthetic.layouts import layout_of
from joinedup.synthetic.maps import extract_name
from joinedup.synthetic.systems import SIZES, System, systems_of


@dataclass(frozen=True)
class Town:
    """The invented town, its truth, and its extracts as text."""

    made: Invented
    read: dict[Path, pa.Table] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.made.folder

    @property
    def systems(self) -> tuple[System, ...]:
        return systems_of(SIZES["town"])

    def truth(self, name: str) -> pa.Table:
        return pq.read_table(self.folder / "truth" / f"{name}.parquet")

    def extract(self, system: System, table: str) -> pa.Table:
        """The extract that holds `table`, every cell text, with the row of each."""
        layout = next(one for one in layout_of(system) if one.table == table)
        style = system.style
        sheet = layout.file if style.ending == ".xlsx" else None
        path = self.folder / "sources" / system.name / extract_name(system, layout.file)
        if path not in self.read:
            self.read[path] = read_extract(path, Reading(style.encoding, style.delimiter, sheet)).table
        return self.read[path]

    def texts(self) -> str:
        """Everything in every extract, as one text."""
        found = []
        for system in self.systems:
            for table in {one.file: one.table for one in layout_of(system)}.values():
                extract = self.extract(system, table)
                found += [
                    text for name in extract.column_names for text in extract[name].to_pylist() if text is not None
                ]
        return "\n".join(map(str, found))


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    return Town(invent(tmp_path_factory.mktemp("invented") / "town", size="town", seed=1))
