"""Joinedup: collect accurate data, join it, examine it, and say plainly what is not known.

The verbs of the command line as functions, loaded when they are first used: importing this package loads neither
DuckDB nor Splink nor Django.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joinedup.runs import check as check
    from joinedup.runs import check_record as check_record
    from joinedup.runs import demo as demo
    from joinedup.runs import erase as erase
    from joinedup.runs import explain as explain
    from joinedup.runs import judge as judge
    from joinedup.runs import link_file as link
    from joinedup.runs import lookup as lookup
    from joinedup.runs import mend as mend
    from joinedup.runs import new_project as new
    from joinedup.runs import run as run
    from joinedup.runs import take as take

_VERBS = {
    "check": "check", "check_record": "check_record", "demo": "demo", "erase": "erase", "explain": "explain",
    "judge": "judge", "link": "link_file", "lookup": "lookup", "mend": "mend", "new": "new_project", "run": "run",
    "take": "take",
}  # fmt: skip

__all__ = [
    "check", "check_record", "demo", "erase", "explain", "judge", "link", "lookup", "mend", "new", "run", "take",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _VERBS:
        raise AttributeError(f"module 'joinedup' has no attribute '{name}'")
    from joinedup import runs

    return getattr(runs, _VERBS[name])
