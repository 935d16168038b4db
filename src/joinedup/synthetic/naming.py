"""How one name comes to be written in several ways: transliterations, short names, accents left out, slips of the
hand.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import numpy as np

TRANSLITERATED = (
    ("Mohammed", "Muhammad", "Mohamed", "Mohammad", "Mohamad"), ("Ahmed", "Ahmad", "Ahmet"),
    ("Hussain", "Hussein", "Husain"), ("Yusuf", "Yousef", "Yousuf", "Youssef"), ("Ibrahim", "Ebrahim", "Ibraheem"),
    ("Omar", "Umar", "Omer"), ("Usman", "Osman", "Uthman"), ("Abdullah", "Abdulla", "Abdallah"),
    ("Abdirahman", "Abdurahman", "Abdi Rahman"), ("Hassan", "Hasan", "Hassen"), ("Ali", "Aly"), ("Khalid", "Khaled"),
    ("Tariq", "Tarek", "Tareq"), ("Imran", "Emran"), ("Fatima", "Fatema", "Fathima", "Fatimah"),
    ("Aisha", "Ayesha", "Aysha", "Aicha"), ("Khadija", "Khadeeja", "Khadijah"), ("Zainab", "Zaynab", "Zeinab"),
    ("Maryam", "Mariam", "Meryem"), ("Amina", "Aminah", "Aamina"), ("Hawa", "Xaawo"),
    ("Chowdhury", "Choudhury", "Chaudhry", "Chaudhary"), ("Rahman", "Rehman", "Raman"), ("Begum", "Begam"),
    ("Siddiqui", "Siddiqi"), ("Uddin", "Udin"), ("Sheikh", "Shaikh", "Shaykh"), ("Mahmood", "Mehmood", "Mahmud"),
    ("Iqbal", "Eqbal"), ("Akhtar", "Akhter"), ("Zhang", "Chang"), ("Li", "Lee"), ("Wang", "Wong"), ("Chen", "Chan"),
    ("Zhou", "Chou"), ("Xu", "Hsu"), ("Liu", "Lau"), ("Oleksandr", "Aleksandr", "Alexander"),
    ("Georgi", "Georgy", "Gheorghi"), ("Yordan", "Jordan"), ("Ivaylo", "Ivailo"), ("Adeyemi", "Adeyemo"),
    ("Olawale", "Olawole"), ("Chukwu", "Chuku"), ("Singh", "Sing"), ("Kaur", "Kour"), ("Gurpreet", "Gurprit"),
    ("Shrestha", "Shreshtha"), ("Gurung", "Gurong"), ("Thapa", "Tapa"), ("Catherine", "Katherine", "Kathryn"),
    ("Stephen", "Steven"), ("Geoffrey", "Jeffrey"), ("Philip", "Phillip"), ("Sara", "Sarah"), ("Ann", "Anne"),
    ("Graham", "Graeme"), ("Alan", "Allan"), ("Lynne", "Lynn"), ("Clark", "Clarke"), ("Read", "Reid"),
    ("Stewart", "Stuart"), ("Phillips", "Philips"), ("Davis", "Davies"),
)  # fmt: skip

NICKNAMES = {
    "William": "Bill", "Robert": "Bob", "Richard": "Rick", "Michael": "Mick", "James": "Jim", "John": "Jack",
    "Thomas": "Tom", "David": "Dave", "Christopher": "Chris", "Stephen": "Steve", "Anthony": "Tony", "Andrew": "Andy",
    "Matthew": "Matt", "Daniel": "Danny", "Joseph": "Joe", "Samuel": "Sam", "Benjamin": "Ben", "Nicholas": "Nick",
    "Timothy": "Tim", "Gregory": "Greg", "Elizabeth": "Liz", "Margaret": "Maggie", "Catherine": "Cath",
    "Susan": "Sue", "Patricia": "Pat", "Jennifer": "Jen", "Rebecca": "Becky", "Deborah": "Debbie",
    "Victoria": "Vicky", "Samantha": "Sam", "Alexandra": "Lexi", "Christine": "Chris", "Kimberley": "Kim",
    "Jacqueline": "Jackie", "Charlotte": "Charlie", "Katherine": "Kate", "Abigail": "Abi", "Natalie": "Nat",
    "Jakub": "Kuba", "Katarzyna": "Kasia", "Małgorzata": "Gosia", "Agnieszka": "Aga", "Tomasz": "Tomek",
    "Krzysztof": "Krzysiek", "Aleksandra": "Ola", "Grzegorz": "Grzesiek", "Mohammed": "Mo", "Abdullah": "Abdul",
    "Yusuf": "Joe", "Ibrahim": "Ibby", "Gheorghe": "Gigi", "Alexandru": "Alex", "Andreea": "Andra",
    "Francisco": "Chico", "José": "Zé", "Giuseppe": "Beppe", "Francesco": "Franco", "Tomáš": "Tom",
    "Kateřina": "Katka", "Oluwaseun": "Seun", "Olufemi": "Femi", "Babatunde": "Tunde", "László": "Laci",
    "István": "Pista", "Mehmet": "Memo", "Gurpreet": "Gary", "Harpreet": "Harry", "Manjinder": "Manny",
}  # fmt: skip

_BARE = str.maketrans(
    {"ł": "l", "Ł": "L", "ı": "i", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "Ae"}
)
_NEIGHBOURS = {
    "a": "s", "b": "v", "c": "x", "d": "f", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o", "j": "k", "k": "l",
    "l": "k", "m": "n", "n": "m", "o": "p", "p": "o", "q": "w", "r": "t", "s": "d", "t": "y", "u": "i", "v": "b",
    "w": "e", "x": "c", "y": "u", "z": "x",
}  # fmt: skip


def other_spellings() -> dict[str, tuple[str, ...]]:
    """Each name's other transliterations."""
    return {name: tuple(other for other in row if other != name) for row in TRANSLITERATED for name in row}


def without_accents(name: str) -> str:
    """`name` in the letters of an English keyboard."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_BARE))
    return "".join(letter for letter in decomposed if letter.isascii())


def fits(name: str, encoding: str) -> str:
    """`name` as a system of `encoding` can hold it: letters it lacks lose their marks."""
    try:
        name.encode(encoding)
    except UnicodeEncodeError:
        return without_accents(name)
    return name


def slip(name: str, kind: int, place: float) -> str:
    """`name` with one slip of the hand. kind: 0 swap, 1 leave out, 2 double, 3 a neighbouring key. place: 0 to 1."""
    if len(name) < 3:
        return name
    at = 1 + int(place * (len(name) - 2))
    letter, following = name[at], name[at + 1 :]
    if kind == 0:
        return name[:at] + following[:1] + letter + following[1:]
    if kind == 1:
        return name[:at] + following
    if kind == 2:
        return name[:at] + letter + letter + following
    return name[:at] + _NEIGHBOURS.get(letter, "e") + following


def in_fixed_disorder(names: Iterable[str]) -> tuple[str, ...]:
    """`names` once each, in an order that is not the alphabet's and is always the same."""
    once = list(dict.fromkeys(names))
    return tuple(once[place] for place in np.random.default_rng(0).permutation(len(once)))
