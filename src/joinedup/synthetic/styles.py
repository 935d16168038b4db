"""The systems of invented forces: what each keeps and how it spells what it keeps. No two spell alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CRIME, CUSTODY, INTELLIGENCE, INQUIRY, CARE = (
    "crime recording",
    "custody",
    "intelligence",
    "major inquiry",
    "social care",
)


@dataclass(frozen=True)
class Style:
    """How a system writes.

    ending: of its extracts. headers: how column names are written: `upper`, `title`, `camel` or `lower`. blanks:
    spellings of nothing, the usual one first. dates: the strptime format. order: of a full name in one field, None
    where it is split. self_defined, observed, nationality, sex: code lists, None where the system has no such field.
    words: local words for roles and stages. slips: how often its staff err, as a multiple of the ordinary. owner:
    whether each row names a force.
    """

    kind: str
    ending: str
    headers: str
    dates: str
    sex: str
    self_defined: str | None = None
    observed: str | None = None
    nationality: str | None = None
    delimiter: str = ","
    encoding: str = "utf-8"
    blanks: tuple[str, ...] = ("",)
    order: str | None = None
    capitals: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    yes: str = "Y"
    no: str = "N"
    slips: float = 1.0
    spaced_phones: bool = False
    owner: bool = False
    broken_rows: bool = False


_STAGE_WORDS = {
    "named": "NAMED", "interviewed": "INTERVIEWED", "arrested": "ARRESTED", "charged": "CHARGED",
    "convicted": "CONVICTED", "acquitted": "ACQUITTED",
}  # fmt: skip

CRIME_STYLES = (
    Style(
        CRIME,
        ".csv",
        "upper",
        "%d/%m/%Y",
        "sex-pnc",
        "sde-16-plus-1",
        "observed-pole",
        delimiter=";",
        encoding="cp1252",
        blanks=("", "NULL", "-"),
        capitals=True,
        slips=1.6,
        broken_rows=True,
        words={
            "suspect": "SUS",
            "victim": "VIC",
            "witness": "WIT",
            "other": "OTH",
            "named": "SUSP NAMED",
            "interviewed": "VA INT",
            "arrested": "ARR",
            "charged": "CHGD",
            "convicted": "CONV",
            "acquitted": "ACQ",
        },
    ),
    Style(
        CRIME,
        ".txt",
        "title",
        "%d %b %Y",
        "gender-pole",
        "sde-pole",
        "ic-codes",
        "nationality-cjs",
        delimiter="|",
        encoding="utf-8-sig",
        blanks=("", "N/K", "Not Recorded"),
        order="surname, forenames",
        slips=1.1,
        spaced_phones=True,
        owner=True,
        yes="Yes",
        no="No",
        words={
            "suspect": "Suspect",
            "victim": "Aggrieved",
            "witness": "Witness",
            "other": "Other party",
            "named": "Named only",
            "interviewed": "Interviewed",
            "arrested": "Arrested",
            "charged": "Charged",
            "convicted": "Found guilty",
            "acquitted": "Found not guilty",
        },
    ),
    Style(
        CRIME,
        ".tsv",
        "camel",
        "%Y-%m-%d",
        "sex-cjs",
        "sde-text",
        "observed-text",
        delimiter="\t",
        blanks=("", "None"),
        slips=0.5,
        yes="true",
        no="false",
        words={word: word for word in ("suspect", "victim", "witness", "other", *_STAGE_WORDS)},
    ),
)
CUSTODY_STYLES = (
    Style(
        CUSTODY,
        ".parquet",
        "lower",
        "%Y-%m-%d",
        "sex-pnc",
        "sde-18-plus-1",
        "observed-pole",
        "nationality-hmpps",
        order="surname forenames",
        slips=0.4,
        words={
            "arrested": "detained",
            "charged": "charged",
            "convicted": "result: guilty",
            "acquitted": "result: not guilty",
        },
    ),
    Style(
        CUSTODY,
        ".csv",
        "upper",
        "%d-%b-%Y",
        "sex-cjs",
        "sde-16-plus-1",
        "observed-pole",
        "nationality-cjs",
        encoding="iso-8859-15",
        blanks=("", "NULL", "UNK"),
        slips=0.9,
        capitals=True,
        words={**_STAGE_WORDS, "arrested": "ARREST", "charged": "CHARGE"},
    ),
)
INTELLIGENCE_STYLE = Style(
    INTELLIGENCE,
    ".jsonl",
    "camel",
    "%Y-%m-%d",
    "gender-pole",
    None,
    "ic-codes",
    blanks=("", "N/K"),
    order="forenames surname",
    slips=1.8,
    words={"suspect": "POI", "victim": "At risk", "witness": "Mentioned", "other": "Associate", "named": "Named"},
)
INQUIRY_STYLE = Style(
    INQUIRY,
    ".xlsx",
    "title",
    "%d/%m/%Y",
    "sex-pnc",
    "sde-text",
    "observed-text",
    blanks=("",),
    order="surname, forenames",
    slips=0.8,
    words={"suspect": "TI: suspect", "victim": "Complainant", "witness": "Witness", "other": "Other", **_STAGE_WORDS},
)
CARE_STYLE = Style(
    CARE,
    ".csv",
    "lower",
    "%d/%m/%Y",
    "gender-pole",
    "sde-census-2021",
    None,
    "nationality",
    blanks=("", "Not Known", "NONE"),
    slips=0.7,
    yes="1",
    no="0",
    words={
        "suspect": "adult of concern",
        "victim": "child",
        "witness": "family",
        "other": "professional",
        "named": "named",
    },
)
