"""Who is at the keyboard."""

from __future__ import annotations

import getpass


def account() -> str:
    """The operating system's name for who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown account"
