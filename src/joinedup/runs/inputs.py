"""What a run is made from, and digests of it: equal digests, equal tables."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import pyarrow as pa

from joinedup.runs.digests import digest, file_digest
from joinedup.runs.lasting import Heritage, heritage
from joinedup.runs.project import CONFIGURATION, Project

COUNTED_VERSIONS = ("joinedup", "duckdb", "pyarrow", "narwhals", "splink", "numpy", "openpyxl", "scipy", "igraph")
TRUTH = Path("truth") / "records.parquet"


@dataclass(frozen=True)
class Inputs:
    """files: digest by path inside the project. salt: the project's own, which person ids depend on. taken_over: from
    the run before, and what people judged.
    """

    files: Mapping[str, str]
    versions: Mapping[str, str]
    salt: bytes
    taken_over: Heritage = field(default_factory=Heritage)

    def digest(self, *parts: object) -> str:
        """SHA-256 over every file, the versions and `parts`."""
        return digest([self.files, self.versions, hashlib.sha256(self.salt).hexdigest(), *parts])


def read_inputs(project: Project, salt: bytes, judged: pa.Table) -> Inputs:
    """Digest every file the run may read. judged: as `tables.JUDGEMENTS`. Raises StorageError for a file that cannot be
    read.
    """
    paths = [p for p in sorted(project.sources.rglob("*")) if p.is_file() and not _ours(p)]
    paths += sorted((project.folder / "codes").glob("*.csv"))
    files = {path.relative_to(project.folder).as_posix(): file_digest(path) for path in paths}
    return Inputs(files, versions(), salt, heritage(project.runs, judged))


def _ours(path: Path) -> bool:
    """Whether it is a file of returned rows or a receipt, which no run reads."""
    return ".returns." in path.name or ".receipt." in path.name


def versions() -> dict[str, str]:
    """Versions that a table's bytes may depend on, and where they ran."""
    found = {name: metadata.version(name) for name in COUNTED_VERSIONS}
    return found | {
        "source": _own_source(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


@functools.cache
def _own_source() -> str:
    """Digest of Joinedup's own files: a stage made by other code is not taken up, whatever the version says."""
    package = Path(__file__).parents[1]
    paths = sorted(p for p in package.rglob("*") if p.suffix in (".py", ".csv", ".toml", ".html", ".css"))
    return digest([[path.relative_to(package).as_posix(), file_digest(path)] for path in paths])[:16]


def configuration_digest(project: Project) -> str:
    """Digest of joinedup.toml as it stands."""
    return file_digest(project.folder / CONFIGURATION)
