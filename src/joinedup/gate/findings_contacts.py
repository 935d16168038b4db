"""What stands in postcodes and phones as received that reaches nobody: made-up values and placeholders.

Sources: postcode areas, Royal Mail Postcode Address File, with the Crown dependencies, the forces' BF and the
non-geographic BX; letters of the inward part, BS 7666; numbers for drama, Ofcom.
"""

from __future__ import annotations

import re

Found = list[str] | None

MADE_UP, PLACEHOLDER, TOO_SHORT = "made-up", "placeholder", "too-short"

_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA "
    "PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN "
    "WR WS WV YO ZE GY IM JE BF BX"
)
AREAS = frozenset(_AREAS.split())
"""121 areas of the United Kingdom, three of the Crown dependencies, and two without a place."""

_SHAPE = re.compile(r"([A-Z]{1,2})\d[A-Z\d]?\d([A-Z]{2})")
_NO_FIXED_ABODE = frozenset({"NF11NF", "NF11FA"})
_NOT_KNOWN = re.compile(r"ZZ99\d[A-Z]{2}")
"""NHS and census codes for no fixed abode, abroad or not known."""
_NEVER_INWARD = frozenset("CIKMOV")

_DRAMA = (
    "01134960", "01144960", "01154960", "01164960", "01174960", "01184960", "01214960", "01314960", "01414960",
    "01514960", "01614960", "02079460", "01914980", "028964960", "02920180", "01632960", "07700900", "08081570",
    "09098790", "03069990",
)  # fmt: skip
"""First digits of the numbers that Ofcom keeps for drama: nobody can be reached on them."""
_RUN = re.compile(r"(\d)\1{7}|123456789|987654321")


def postcode_found(text: str | None, *, invented: bool) -> Found:
    """`made-up` or `placeholder`, of a text in the shape of a postcode. invented: areas such as XA are right."""
    squeezed = re.sub(r"[^A-Z0-9]", "", (text or "").upper())
    shape = _SHAPE.fullmatch(squeezed)
    if shape is None:
        return None
    if squeezed in _NO_FIXED_ABODE or _NOT_KNOWN.fullmatch(squeezed):
        return [PLACEHOLDER]
    exists = _is_area(shape[1], invented) and _NEVER_INWARD.isdisjoint(shape[2])
    return None if exists else [MADE_UP]


def _is_area(letters: str, invented: bool) -> bool:
    # XX carries parcels back to shops, so nobody lives there, and it is the commonest filler.
    is_invented = len(letters) == 2 and letters[0] == "X" and letters != "XX"
    return letters in AREAS or (invented and is_invented)


def phones_found(text: str | None, *, invented: bool) -> Found:
    """`made-up`, `placeholder` (noughts) or `too-short`, of phones joined by `; `. invented: drama numbers are right.

    A number that is too short is told only beside one that can be rung; alone, the whole value is unread already.
    """
    if text is None:
        return None
    if len(text) == 11 and text[0] == "0" and text.isascii() and text.isdigit():  # as most are: one, in national form
        return [sign] if (sign := _of_number(text, invented)) else None
    numbers = [_national(part) for part in text.split(";")]
    told = {sign for number in numbers if number and (sign := _of_number(number, invented))}
    if told <= {TOO_SHORT} and not any(number and _of_number(number, invented) is None for number in numbers):
        return None
    return sorted(told) or None


def _national(text: str) -> str:
    """Digits, with the United Kingdom's own prefix folded."""
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    for prefix in ("0044", "44"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 10:
            return "0" + digits[len(prefix) :]
    return digits


def _of_number(number: str, invented: bool) -> str | None:
    if not number.strip("0"):
        return PLACEHOLDER
    if len(set(number)) == 1 or _RUN.search(number) or (not invented and number.startswith(_DRAMA)):
        return MADE_UP
    return TOO_SHORT if len(number) < 10 else None
