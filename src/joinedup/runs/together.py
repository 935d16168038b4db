"""Frames of one table, from several files, as one."""

from __future__ import annotations

from collections.abc import Iterable

import narwhals as nw

from joinedup.engine.contract import Frame
from joinedup.sources.targets import UNREAD


def together(frames: Iterable[Frame]) -> Frame:
    """Frames of one table one below the other; a mark that one of them lacks is false there."""
    parts = list(frames)
    marks = sorted({name for f in parts for name in f.collect_schema().names() if name.startswith(UNREAD)})
    return parts[0] if len(parts) == 1 else nw.concat([_with_marks(frame, marks) for frame in parts], how="vertical")


def _with_marks(frame: Frame, marks: list[str]) -> Frame:
    own = frame.collect_schema().names()
    plain = [name for name in own if not name.startswith(UNREAD)]
    filled = [nw.col(m) if m in own else nw.lit(False).alias(m) for m in marks]
    return frame.select(*plain, *filled)
