"""How many households have names of each origin, and which ethnicity and nationality go with them, loosely as in life.

Nothing that gives out parts in cases reads this table.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

_TABLE = """
english | 0.46 | W1 0.84 W2 0.01 W3 0.01 W9 0.02 M1 0.03 M2 0.01 M3 0.02 M9 0.01 B1 0.04 B9 0.01 | GBR 0.97 JAM 0.03
irish | 0.05 | W2 0.55 W1 0.35 W3 0.1 | GBR 0.5 IRL 0.5
polish | 0.05 | W9 0.94 W1 0.06 | POL 0.7 GBR 0.3
romanian | 0.04 | W9 0.95 W3 0.05 | ROU 0.8 GBR 0.15 MDA 0.05
czech | 0.02 | W9 0.94 W1 0.06 | CZE 0.5 SVK 0.2 GBR 0.3
hungarian | 0.01 | W9 0.94 W1 0.06 | HUN 0.7 GBR 0.3
bulgarian | 0.01 | W9 0.94 W1 0.06 | BGR 0.8 GBR 0.2
italian | 0.015 | W9 0.8 W1 0.2 | ITA 0.4 GBR 0.6
portuguese | 0.02 | W9 0.75 M2 0.1 B2 0.1 M9 0.05 | PRT 0.6 GBR 0.3 BRA 0.1
turkish | 0.02 | O9 0.5 W9 0.5 | TUR 0.5 GBR 0.5
punjabi | 0.025 | A1 0.93 A9 0.05 M3 0.02 | GBR 0.8 IND 0.2
indian | 0.035 | A1 0.93 A9 0.05 M3 0.02 | GBR 0.75 IND 0.25
pakistani | 0.06 | A2 0.95 A9 0.03 M3 0.02 | GBR 0.85 PAK 0.15
bangladeshi | 0.025 | A3 0.96 A9 0.04 | GBR 0.8 BGD 0.2
nepali | 0.01 | A9 1.0 | GBR 0.5 NPL 0.5
chinese | 0.015 | A4 0.96 A9 0.04 | GBR 0.5 CHN 0.4 HKG 0.1
vietnamese | 0.01 | A9 0.9 A4 0.1 | VNM 0.6 GBR 0.4
arab | 0.025 | O2 0.85 W9 0.08 O9 0.07 | GBR 0.4 IRQ 0.2 SYR 0.2 DZA 0.1 YEM 0.05 STATELESS 0.05
kurdish | 0.01 | O9 0.9 O2 0.1 | IRQ 0.5 IRN 0.2 GBR 0.3
albanian | 0.01 | W9 1.0 | ALB 0.6 XXK 0.2 GBR 0.2
somali | 0.015 | B2 0.96 B9 0.04 | GBR 0.6 SOM 0.4
yoruba | 0.02 | B2 0.96 B9 0.04 | GBR 0.6 NGA 0.4
igbo | 0.01 | B2 0.96 B9 0.04 | GBR 0.6 NGA 0.4
ghanaian | 0.015 | B2 0.96 B9 0.04 | GBR 0.6 GHA 0.4
"""


@dataclass(frozen=True)
class Belonging:
    """share: of households, before all are made to add up to 1. ethnicity, nationality: code -> share, summing to 1."""

    share: float
    ethnicity: Mapping[str, float]
    nationality: Mapping[str, float]


@functools.cache
def belongings() -> Mapping[str, Belonging]:
    """The table, by origin."""
    rows = [[cell.strip() for cell in line.split("|")] for line in _TABLE.strip().splitlines()]
    return {
        name: Belonging(float(share), _shares(ethnicity), _shares(nationality))
        for name, share, ethnicity, nationality in rows
    }


def _shares(text: str) -> dict[str, float]:
    words = text.split()
    return {code: float(share) for code, share in zip(words[::2], words[1::2], strict=True)}
