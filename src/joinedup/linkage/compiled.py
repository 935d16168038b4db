"""Where numba keeps the compiled loops, settled before numba is loaded.

It keeps them beside the code, or else in the account's own cache folder. Where neither can be written, as under a
service account, it would not start: then they go to a new folder of this process's own, never to a shared one, because
whoever can write a cache can run code.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"


def settle(package: Path, home: Path) -> None:
    """Name a folder for compiled loops where numba would find none. package: of the code. home: of the account."""
    if VARIABLE in os.environ or _writable(package) or _writable(home):
        return
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="joinedup-compiled-")


def _writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK)


settle(Path(__file__).parent, Path(os.path.expanduser("~")))
