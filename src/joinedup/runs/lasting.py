"""What a run takes over from the one before: who people were, and what was judged of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from joinedup import tables
from joinedup.errors import ProjectError
from joinedup.linkage.identities import Before, Causes
from joinedup.linkage.judgements import in_force
from joinedup.runs.folder import latest

TAKEN_OVER = ("clusters", "identities", "person_events")
OF_GROUPS = ("group_crimes", "group_members", "group_events")


@dataclass(frozen=True)
class Heritage:
    """run: the newest, None for a first. judged: every judgement ever made, as `tables.JUDGEMENTS`, as it is now."""

    run: Path | None = None
    judged: pa.Table = field(default_factory=tables.JUDGEMENTS.empty)

    def digest(self) -> list[Any]:
        """What the tables of the next run depend on."""
        digests = _manifest(self.run).get("tables", {}) if self.run else {}
        return [[digests.get(name) for name in (*TAKEN_OVER, *OF_GROUPS)], self.judged.to_pylist()]

    def before(self) -> Before:
        """Who people were; nothing for a first run, or where a run was made before people had lasting ids."""
        paths = [self.run / "tables" / f"{name}.parquet" for name in TAKEN_OVER] if self.run else []
        if not paths or not all(path.exists() for path in paths):
            return Before.nothing()
        return Before(*(pq.read_table(path) for path in paths))

    def causes(self, configuration: str) -> Causes:
        """What may have changed people since. configuration: digest of joinedup.toml as it stands now."""
        if self.run is None:
            return Causes()
        then = self.run / "tables" / "judgements.parquet"
        judged = tables.JUDGEMENTS.conform(pq.read_table(then)) if then.exists() else tables.JUDGEMENTS.empty()
        changed = _decided(judged) ^ _decided(self.judged)
        records = frozenset(record for one, other, _ in changed for record in (one, other))
        return Causes(records, _manifest(self.run).get("configuration") != configuration)


def heritage(runs: Path, judged: pa.Table) -> Heritage:
    """What the next run takes over."""
    try:
        return Heritage(latest(runs), judged)
    except ProjectError:
        return Heritage(None, judged)


def _decided(judged: pa.Table) -> set[tuple[str, str, str]]:
    return {(r["record_id_l"], r["record_id_r"], r["verdict"]) for r in in_force(judged).to_pylist()}


def _manifest(run: Path) -> dict[str, Any]:
    return dict(json.loads((run / "manifest.json").read_text()))
