"""How a figure was made and what must be true for it, in the words that stand in the figures table."""

from __future__ import annotations

OWN = "own record only"
"""From the counted record alone. Assumes nothing."""

JOINED = "joined: another record of the same person"
"""Gaps of the counted record filled by what other systems' records of the person agree on. Assumes LINK."""

PEOPLE = "joined people"
"""All records joined as one person counted as one person. Assumes LINK."""

COUNT = "count"
"""Rows or pairs as they came."""

LINK = "Records joined as one person are about one person."
KEY = "Records joined by a shared reference are about one person."
