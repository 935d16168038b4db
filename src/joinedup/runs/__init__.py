"""One run from extracts to figures, and the other jobs that join the work rooms.

In: a project folder, or files. Out: a new, immutable run folder (Parquet tables, manifest, report), or the answer of
`check` and `link`. Refuses: a second run at once, and anything half-written.

Each name is loaded when it is first used: `check` need not wait for what only `run` needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joinedup.linkage.reasons import Reason as Reason
    from joinedup.runs.accounts import account as account
    from joinedup.runs.adding import Added as Added
    from joinedup.runs.adding import AddedFile as AddedFile
    from joinedup.runs.adding import add_file as add_file
    from joinedup.runs.audited import verify_audit as verify_audit
    from joinedup.runs.checking import Checked as Checked
    from joinedup.runs.checking import check as check
    from joinedup.runs.consulting import Candidate as Candidate
    from joinedup.runs.consulting import describe as describe
    from joinedup.runs.consulting import lookup as lookup
    from joinedup.runs.erasing import erase as erase
    from joinedup.runs.explaining import Explained as Explained
    from joinedup.runs.explaining import explain as explain
    from joinedup.runs.first_look import demo as demo
    from joinedup.runs.folder import latest as latest
    from joinedup.runs.judging import find_contradictions as find_contradictions
    from joinedup.runs.judging import judge as judge
    from joinedup.runs.judging import list_judgements as list_judgements
    from joinedup.runs.judging import retire_judgement as retire_judgement
    from joinedup.runs.judging_files import export_judgements as export_judgements
    from joinedup.runs.judging_files import import_judgements as import_judgements
    from joinedup.runs.judging_queue import judge_queue as judge_queue
    from joinedup.runs.judging_status import judge_status as judge_status
    from joinedup.runs.linking import LinkedFile as LinkedFile
    from joinedup.runs.linking import link_file as link_file
    from joinedup.runs.mend_list import GapCounts as GapCounts
    from joinedup.runs.mend_list import MendList as MendList
    from joinedup.runs.mend_list import mend as mend
    from joinedup.runs.mending import Taken as Taken
    from joinedup.runs.mending import take as take
    from joinedup.runs.project import Project as Project
    from joinedup.runs.project import load_project as load_project
    from joinedup.runs.project import new_project as new_project
    from joinedup.runs.record import Desk as Desk
    from joinedup.runs.record import check_record as check_record
    from joinedup.runs.running import Ran as Ran
    from joinedup.runs.running import run as run

_FROM = {
    "Reason": "joinedup.linkage.reasons",
    "account": "joinedup.runs.accounts",
    "Added": "joinedup.runs.adding",
    "AddedFile": "joinedup.runs.adding",
    "add_file": "joinedup.runs.adding",
    "verify_audit": "joinedup.runs.audited",
    "Checked": "joinedup.runs.checking",
    "check": "joinedup.runs.checking",
    "Candidate": "joinedup.runs.consulting",
    "describe": "joinedup.runs.consulting",
    "lookup": "joinedup.runs.consulting",
    "erase": "joinedup.runs.erasing",
    "Explained": "joinedup.runs.explaining",
    "explain": "joinedup.runs.explaining",
    "demo": "joinedup.runs.first_look",
    "latest": "joinedup.runs.folder",
    "find_contradictions": "joinedup.runs.judging",
    "judge": "joinedup.runs.judging",
    "list_judgements": "joinedup.runs.judging",
    "retire_judgement": "joinedup.runs.judging",
    "export_judgements": "joinedup.runs.judging_files",
    "import_judgements": "joinedup.runs.judging_files",
    "judge_queue": "joinedup.runs.judging_queue",
    "judge_status": "joinedup.runs.judging_status",
    "LinkedFile": "joinedup.runs.linking",
    "link_file": "joinedup.runs.linking",
    "GapCounts": "joinedup.runs.mend_list",
    "MendList": "joinedup.runs.mend_list",
    "mend": "joinedup.runs.mend_list",
    "Taken": "joinedup.runs.mending",
    "take": "joinedup.runs.mending",
    "Project": "joinedup.runs.project",
    "load_project": "joinedup.runs.project",
    "new_project": "joinedup.runs.project",
    "Desk": "joinedup.runs.record",
    "check_record": "joinedup.runs.record",
    "Ran": "joinedup.runs.running",
    "run": "joinedup.runs.running",
}

__all__ = [
    "Added", "AddedFile", "Candidate", "Checked", "Desk", "Explained", "GapCounts", "LinkedFile", "MendList",
    "Project", "Ran", "Reason", "Taken", "account", "add_file", "check", "check_record", "demo", "describe", "erase",
    "explain", "export_judgements", "find_contradictions", "import_judgements", "judge", "judge_queue",
    "judge_status", "latest", "link_file", "list_judgements", "load_project", "lookup", "mend", "new_project",
    "retire_judgement", "run", "take", "verify_audit",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _FROM:
        raise AttributeError(f"module 'joinedup.runs' has no attribute '{name}'")
    return getattr(import_module(_FROM[name]), name)
