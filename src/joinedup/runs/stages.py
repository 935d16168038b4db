"""The four stages of a run, each from tables on disk to tables on disk: collect, link, count, report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from joinedup import codes, tables
from joinedup.audit import Act, open_store
from joinedup.audit.erased import any_buried, buried
from joinedup.codes import CodeList
from joinedup.engine import DuckDBEngine, write_bytes
from joinedup.engine.contract import Frame
from joinedup.errors import LinkageError, Place, ProjectError, nearest
from joinedup.gate import gate
from joinedup.linkage import Linked, LinkSettings, alone, link, model_files
from joinedup.linkage.again import ready_again
from joinedup.linkage.identities import lasting
from joinedup.linkage.index import INDEX, build_index
from joinedup.linkage.judgements import in_force
from joinedup.releases import ReportInput, Source, write_report
from joinedup.runs.claims import claims_state, judged_claims
from joinedup.runs.completeness import completeness_of
from joinedup.runs.counting import known_people
from joinedup.runs.figures import KeyedPairs, RunTables, make_figures, prepared, with_link_error
from joinedup.runs.grouping import group
from joinedup.runs.inputs import TRUTH, Inputs, configuration_digest
from joinedup.runs.keyed import in_order, keyed_pairs
from joinedup.runs.people import people_of
from joinedup.runs.project import CONFIGURATION, Project
from joinedup.runs.reviewing import review
from joinedup.runs.together import together
from joinedup.runs.truth import compare_with_truth
from joinedup.sources import Collected, collect_system

Counts = dict[str, int]


@dataclass(frozen=True)
class Work:
    """What a stage works with. folder: the run's, while it is under way."""

    project: Project
    inputs: Inputs
    engine: DuckDBEngine
    folder: Path
    made_at: datetime

    def path(self, table: str) -> Path:
        return self.folder / "tables" / f"{table}.parquet"

    def joined(self, how: str) -> Path:
        """Where the clusters of a joining that is not the run's own lie: `strict` or `loose`."""
        return self.folder / f"{how}.parquet"

    def table(self, name: str) -> Frame:
        return self.engine.read(self.path(name))

    def write(self, name: str, frame: Frame) -> int:
        return self.engine.write(frame, self.path(name), tables.named(name))


@dataclass(frozen=True)
class Stage:
    """name: in progress and manifest. does: the work; gives counts in and out. settings: what its result depends on.

    act: what the audit log calls it. resumes: whether a whole one may serve again. takes_over: whether it depends on
    the run before and on what people judged.
    """

    name: str
    says: str
    does: Callable[[Work], Counts]
    settings: Callable[[Project], object]
    act: Act | None = None
    resumes: bool = True
    takes_over: bool = False


def collect(work: Work) -> Counts:
    """Extracts -> record tables, accepted rows only, and every reason why the others are not."""
    collected = Collected()
    settings = work.project.source_settings()
    for folder in work.project.systems():
        collected.add(collect_system(work.engine, folder, settings))
    frames = {name: together(parts) for name, parts in collected.frames.items()}
    project = work.project
    gated = gate(work.engine, frames, collected.faults, project.book, project.terms(all_sent=True))
    counts = {"rows_sent": sum(c.sent for c in collected.counts)}
    for table in tables.RECORD_TABLES:
        frame = gated.accepted.get(table.name, work.engine.frame(table.empty()))
        counts[table.name] = work.write(table.name, frame)
    _refuse_erased(work)
    counts["returns"] = work.write("returns", gated.returns())
    complete = completeness_of(work.engine, gated)
    counts["completeness"] = work.write("completeness", work.engine.frame(complete.counts))
    counts["soundness"] = work.write("soundness", work.engine.frame(complete.found()))
    write_bytes(work.folder / "sources.json", json.dumps(_told(collected), indent=1, sort_keys=True).encode())
    return counts


def _refuse_erased(work: Work) -> None:
    """A record that was lawfully erased comes back with a backup or a sender's next extract, and must not be read."""
    with closing(open_store(work.project.folder)) as store:
        if not any_buried(store):
            return
        records = pq.read_table(work.path("person_records"), columns=["record_id"])["record_id"].to_pylist()
        back = buried(store, records)
    if back:
        raise ProjectError(
            f"{len(back):,} records that were erased have come back in an extract.",
            place=Place(file="sources"), rule="erased-record",
            remedy="Take them out again with `joinedup erase --again`, and ask the sender not to send them.",
        )  # fmt: skip


def _told(collected: Collected) -> list[dict[str, Any]]:
    """What the report says of every system. rows: sent, summed over files. folders: of `sources/`."""
    told: dict[str, dict[str, Any]] = {}
    for source in collected.maps:
        told[source.system] = {"system": source.system, "kind": source.kind, "force": source.force, "rows": 0}
        told[source.system] |= {"left_out": 0, "folders": []}
    for count in collected.counts:
        one = told[count.system]
        one["rows"] += count.sent
        one["left_out"] += count.left_out
        one["folders"] = sorted({*one["folders"], count.file.split("/")[0]})
    return [told[system] for system in sorted(told)]


def join(work: Work) -> Counts:
    """Accepted person records -> pairs, clusters and the index for lookup. Nothing protected is read."""
    people, roles = work.table("person_records"), work.table("roles")
    _refuse_unknown_systems(work)
    by_key = [in_order(keyed_pairs(roles, one)) for one in work.project.keyed_joins]
    keyed = work.engine.collect(_accepted(nw.concat(by_key, how="vertical").unique(), people)) if by_key else None
    settings = LinkSettings(work.project.threshold, work.inputs.salt, ranges=True)
    linked = _linked_or_alone(work, people, settings, keyed)
    heritage = work.inputs.taken_over
    causes = heritage.causes(configuration_digest(work.project))
    kept = lasting(linked.clusters, heritage.before(), work.inputs.salt, causes)
    work.write("identities", work.engine.frame(kept.identities))
    work.write("judgements", work.engine.frame(heritage.judged))
    write_bytes(work.folder / "model.json", model_files.written(linked.model))
    write_bytes(work.folder / LINKED, json.dumps(told_of(linked), indent=1, sort_keys=True).encode())
    for name, clusters in (("strict", linked.strict), ("loose", linked.loose)):
        if clusters is not None:
            work.engine.write(work.engine.frame(clusters), work.joined(name), tables.CLUSTERS)
    _index(work, linked, kept.clusters)
    spool = work.engine.spool(tables.PAIRS.schema)
    for piece in linked.pieces():
        spool.write(piece)
    return {
        "person_records": linked.clusters.num_rows,
        "pairs": work.write("pairs", spool.frame()),
        "clusters": work.write("clusters", work.engine.frame(kept.clusters)),
        "person_events": work.write("person_events", work.engine.frame(kept.events)),
        "persons": len(linked.clusters["person_id"].unique()),
    }


def _index(work: Work, linked: Linked, clusters: pa.Table) -> None:
    """The index for lookup. It is no table: it can be made again from the tables and the model."""
    if linked.records is None:
        return
    used = model_files.read_model(work.folder / "model.json")
    build_index(work.engine, ready_again(work.engine, linked.records, used), clusters, used, work.folder / INDEX)


LINKED = "linkage.json"
"""What a run says of its joining, besides pairs and clusters: threshold, expected errors, notes."""


def told_of(linked: Linked) -> dict[str, Any]:
    """What is to be said of a joining. threshold: bits. expected: pairs of records, by the model's own account."""
    expected = asdict(linked.expected) if linked.expected else None
    return {"threshold": linked.threshold, "expected": expected, "notes": list(linked.notes)}


def _refuse_unknown_systems(work: Work) -> None:
    told = json.loads((work.folder / "sources.json").read_text())
    systems = [one["system"] for one in told]
    for name in (system for join in work.project.keyed_joins for system in join.systems):
        if name not in systems:
            raise ProjectError(
                f"A keyed join names a system that sent nothing: `{name}`.{nearest(name, systems)}",
                place=Place(file=CONFIGURATION),
            )


def _accepted(pairs: Frame, people: Frame) -> Frame:
    """The pairs whose two records were both accepted: a role may name a record that the gate kept out."""
    records = people.select("record_id")
    for side in ("record_id_l", "record_id_r"):
        pairs = pairs.join(records.rename({"record_id": side}), on=side, how="semi")
    return pairs


def _linked_or_alone(work: Work, people: Frame, settings: LinkSettings, keyed: pa.Table | None) -> Linked:
    """Records with nothing to compare are a person each: a run must not stop for a source without names."""
    try:
        return link(work.engine, people, settings, keyed, judged=in_force(work.inputs.taken_over.judged))
    except LinkageError:
        records = work.engine.collect(people.select("record_id"))["record_id"].combine_chunks()
        return Linked(alone(records, settings.salt), None, tables.PAIRS.empty(), settings.threshold or 0.0)


def count(work: Work) -> Counts:
    """All tables -> figures, and the verdicts of claims by them."""
    project = work.project
    roles = work.table("roles")
    told = json.loads((work.folder / "sources.json").read_text())
    as_joined = RunTables(
        person_records=work.table("person_records"),
        roles=roles,
        crimes=work.table("crimes"),
        clusters=work.table("clusters"),
        returns=work.table("returns"),
        rows_sent={one["system"]: one["rows"] for one in told},
        keyed=tuple(KeyedPairs(one.name, keyed_pairs(roles, one)) for one in project.keyed_joins),
        lists=lists_of(project),
        folders={folder: one["system"] for one in told for folder in one["folders"]},
    )
    run_tables = prepared(as_joined, work.engine.keep)
    others = [path for how in ("strict", "loose") if (path := work.joined(how)).exists()]
    other = [replace(run_tables, clusters=work.engine.read(path)) for path in others]
    figures = with_link_error(
        make_figures(run_tables, work.engine.keep),
        [make_figures(one, work.engine.keep, joined_only=True) for one in other],
    )
    known = known_people(work.table("person_records"), roles)
    people = people_of(work.engine, known, work.table("clusters"), lists_of(project))
    claims = judged_claims(project, figures, pq.read_table(work.path("soundness")))
    return {
        "people": work.write("people", people),
        "figures": work.write("figures", work.engine.frame(figures)),
        "claims": work.write("claims", work.engine.frame(claims)),
    }


def lists_of(project: Project) -> Mapping[str, CodeList]:
    """The code lists that a project brings, by column."""
    folder = project.source_settings().lists.folder
    return {column: codes.code_list(name, folder) for column, name in project.code_lists.items()}


def report(work: Work) -> Counts:
    """Figures -> one page that can be read without a network."""
    given = report_input(work.project, work.folder, work.made_at, work.inputs.versions)
    write_report(given, work.folder / "report.html")
    return {"figures": given.figures.num_rows}


def report_input(project: Project, folder: Path, made_at: datetime, versions: Mapping[str, str]) -> ReportInput:
    """What the report and the summary of a run are made of, from its folder."""
    told = json.loads((folder / "sources.json").read_text())
    truth = project.folder / TRUTH
    return ReportInput(
        name=project.name,
        invented=project.invented,
        made_at=made_at,
        figures=pq.read_table(folder / "tables" / "figures.parquet"),
        returns=pq.read_table(folder / "tables" / "returns.parquet", columns=["rule", "severity", "message", "remedy"]),
        soundness=pq.read_table(folder / "tables" / "soundness.parquet"),
        sources=tuple(Source(one["system"], one["kind"], one["force"], one["rows"]) for one in told),
        threshold=json.loads((folder / LINKED).read_text())["threshold"],
        versions=versions,
        group_counts=pq.read_table(folder / "tables" / "group_counts.parquet"),
        truth=compare_with_truth(folder / "tables" / "clusters.parquet", truth)
        if project.invented and truth.exists()
        else None,
    )


STAGES = (
    Stage("collect", "Reading extracts and judging every row", collect,
          lambda p: [p.mode, p.book.overrides, p.own_rules, p.judged_on, p.invented, p.code_lists],
          act=Act.COLLECTION),
    Stage("link", "Finding which records are one person", join, lambda p: [p.threshold, p.keyed_joins],
          act=Act.COMBINATION, takes_over=True),
    Stage("group", "Finding people who act together", group, lambda p: [p.keyed_joins], act=Act.COMBINATION,
          takes_over=True),
    Stage("review", "Finding closed cases to look at again", review, lambda p: []),
    Stage("count", "Counting what is known and what is not", count, claims_state),
    Stage("report", "Writing the report", report, lambda p: [p.name], resumes=False),
)  # fmt: skip
