"""One file per command: parse, call, print. Nothing is decided here.

Exit 0 done; 1 from `check`, `audit verify` and `run --strict` when rows were returned or the check failed; 2 when the
user must put something right. Results go to stdout, progress to stderr.
"""

from joinedup.cli.main import app, main

__all__ = ["app", "main"]
