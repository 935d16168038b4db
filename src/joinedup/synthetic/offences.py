"""Offence classes and outcomes that cases are given: Home Office class, CJS code, and for whom each may be used.

Source: Home Office recorded crime classes and CJS offence codes as published by the Ministry of Justice. The background
classes have no CJS code here, because only the sexual offences' codes were at hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from joinedup.synthetic.numbers import Text, Whole

UNDER_13, AGED_13_TO_15, AGED_16_ON = range(3)


@dataclass(frozen=True)
class Class:
    """One class. band: the victim's age band at the offence; sex: the victim's, 0 male, 1 female."""

    ho_class: str
    cjs_code: str | None
    band: int
    sex: int
    weight: float
    young_suspect: bool = False


SEXUAL = (
    Class("019/16", "SX03013", UNDER_13, 1, 4), Class("019/17", "SX03014", UNDER_13, 0, 3),
    Class("020/04", "SX03015", UNDER_13, 1, 2), Class("017/14", "SX03016", UNDER_13, 0, 2),
    Class("020/06", "SX03017", UNDER_13, 1, 4), Class("017/16", "SX03018", UNDER_13, 0, 4),
    Class("021/06", "SX03023", UNDER_13, 1, 1), Class("021/07", "SX03024", UNDER_13, 0, 1),
    Class("071/13", "SX03227", UNDER_13, 1, 1), Class("071/13", "SX03227", UNDER_13, 0, 1),
    Class("019/07", "SX03001", AGED_13_TO_15, 1, 5), Class("019/09", "SX03003", AGED_13_TO_15, 0, 3),
    Class("022/06", "SX03025", AGED_13_TO_15, 1, 6), Class("022/07", "SX03026", AGED_13_TO_15, 0, 4),
    Class("022/18", "SX03158", AGED_13_TO_15, 1, 2), Class("022/19", "SX03159", AGED_13_TO_15, 0, 2),
    Class("022/08", "SX03029", AGED_13_TO_15, 1, 3), Class("022/09", "SX03030", AGED_13_TO_15, 0, 2),
    Class("020/03", "SX03005", AGED_13_TO_15, 1, 1), Class("017/13", "SX03006", AGED_13_TO_15, 0, 1),
    Class("020/05", "SX03007", AGED_13_TO_15, 1, 3), Class("017/15", "SX03008", AGED_13_TO_15, 0, 3),
    Class("071/10", "SX03228", AGED_13_TO_15, 1, 2), Class("071/10", "SX03228", AGED_13_TO_15, 0, 2),
    Class("071/17", "SX03224", AGED_13_TO_15, 1, 2), Class("071/17", "SX03224", AGED_13_TO_15, 0, 2),
    Class("088/01", "SX03225", AGED_13_TO_15, 1, 2), Class("088/02", "SX03226", AGED_13_TO_15, 0, 2),
    Class("019/08", "SX03002", AGED_16_ON, 1, 5), Class("019/10", "SX03004", AGED_16_ON, 0, 3),
    Class("020/05", "SX03007", AGED_16_ON, 1, 4), Class("017/15", "SX03008", AGED_16_ON, 0, 4),
    Class("071/10", "SX03228", AGED_16_ON, 1, 2), Class("071/10", "SX03228", AGED_16_ON, 0, 2),
    Class("021/12", "SX03035", UNDER_13, 1, 1, True), Class("021/13", "SX03036", UNDER_13, 0, 1, True),
    Class("022/12", "SX03037", AGED_13_TO_15, 1, 1, True), Class("022/13", "SX03038", AGED_13_TO_15, 0, 1, True),
)  # fmt: skip

_BACKGROUND = {
    "049/10": 18, "046/00": 16, "105/01": 16, "008/06": 12, "058/00": 9, "028/03": 5, "030/02": 5, "045/10": 7,
    "048/01": 3, "034/01": 4, "125/12": 5, "066/01": 3, "195/94": 6, "092/60": 2, "149/00": 3,
}  # fmt: skip

HO_CLASSES: Text = np.array([c.ho_class for c in SEXUAL] + list(_BACKGROUND), dtype=object)
CJS_CODES: Text = np.array([c.cjs_code for c in SEXUAL] + [None] * len(_BACKGROUND), dtype=object)
"""Class and code of each offence by number."""

RAPE = frozenset(n for n, c in enumerate(SEXUAL) if c.ho_class.startswith("019/"))
THEFT_FROM_SHOP = len(SEXUAL) + list(_BACKGROUND).index("046/00")
LESSER = {
    "019/07": "022/06",
    "019/09": "022/07",
    "019/16": "021/06",
    "019/17": "021/07",
    "019/08": "020/05",
    "019/10": "017/15",
}
"""The class to which a rape may have been moved."""

OUTCOMES = tuple(str(number) for number in range(23))
_OUTCOME_WEIGHTS = {
    "0": 4, "2": 1, "3": 2, "4": 0.6, "5": 0.7, "6": 0.6, "7": 0.6, "8": 3, "9": 1, "10": 1.5, "11": 0.6, "12": 0.7,
    "13": 0.8, "14": 2, "15": 26, "16": 32, "17": 1, "18": 4, "19": 0.6, "20": 2, "21": 3, "22": 1.2,
}  # fmt: skip
_NOBODY_KNOWN = {"0": 4, "14": 20, "18": 70, "19": 2, "13": 1, "17": 1, "20": 2}


def draw_sexual(rng: np.random.Generator, victim_age: Whole, victim_sex: Whole, suspect_age: Whole) -> Whole:
    """An offence against each victim, of the class for the victim's age and sex and for a suspect under 18."""
    band = np.digitize(victim_age, [13, 16])
    young = (suspect_age < 18) & (suspect_age > 0) & (band < AGED_16_ON)
    drawn = np.zeros(len(victim_age), dtype=np.int64)
    for of_band in range(3):
        for sex in range(2):
            for is_young in (False, True):
                here = np.flatnonzero((band == of_band) & (victim_sex == sex) & (young == is_young))
                drawn[here] = _among(rng, _fitting(of_band, sex, is_young), len(here))
    return drawn


def _fitting(band: int, sex: int, young: bool) -> dict[int, float]:
    fitting = {n: c.weight for n, c in enumerate(SEXUAL) if (c.band, c.sex) == (band, sex)}
    for_young = {n: weight for n, weight in fitting.items() if SEXUAL[n].young_suspect}
    return for_young if young and for_young else {n: w for n, w in fitting.items() if n not in for_young}


def _among(rng: np.random.Generator, weights: dict[int, float], count: int) -> Whole:
    shares = np.array(list(weights.values()))
    return rng.choice(list(weights), size=count, p=shares / shares.sum())


def draw_background(rng: np.random.Generator, count: int) -> Whole:
    """Offences of other kinds, so that not everything recorded is a sexual offence."""
    return _among(rng, dict(enumerate(_BACKGROUND.values(), start=len(SEXUAL))), count)


def draw_outcomes(rng: np.random.Generator, charged: np.ndarray, known: np.ndarray) -> Whole:
    """An outcome for each crime: 1 for those that led to a charge, otherwise by whether any suspect is known."""
    with_suspect = _among(rng, {int(o): w for o, w in _OUTCOME_WEIGHTS.items()}, len(charged))
    without = _among(rng, {int(o): float(w) for o, w in _NOBODY_KNOWN.items()}, len(charged))
    return np.where(charged, 1, np.where(known, with_suspect, without))
