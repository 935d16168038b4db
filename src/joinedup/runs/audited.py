"""The project's audit log against what its runs noted."""

from __future__ import annotations

import json
from pathlib import Path

from joinedup.audit import Head, open_store, verify
from joinedup.audit.verification import Verification
from joinedup.runs.folder import finished
from joinedup.runs.project import load_project


def verify_audit(folder: Path) -> Verification:
    """Walk the log and compare it with the head that every run's manifest holds. Raises ProjectError."""
    project = load_project(folder)
    store = open_store(project.folder)
    try:
        return verify(store, _heads(project.runs))
    finally:
        store.close()


def _heads(runs: Path) -> list[Head]:
    heads = [json.loads((run / "manifest.json").read_text()).get("audit_head") for run in finished(runs)]
    return [Head(head["entries"], head["hash"]) for head in heads if head]
