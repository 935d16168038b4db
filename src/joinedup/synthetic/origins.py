"""Where names come from: for each origin its names and how they are passed on.

Word lists are Faker's, read once, and short lists of our own where Faker's are in another script or too small.
"""

from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from joinedup.synthetic import own_names as own
from joinedup.synthetic.belonging import Belonging, belongings
from joinedup.synthetic.naming import in_fixed_disorder, without_accents


@dataclass(frozen=True)
class Origin:
    """One origin of names.

    surnames_female: as `surnames`, in the form that women bear. second: the second forename is `own`, the `father`'s
    first name, or `none`. wives_keep: most wives keep their surname. family_first: the family name is said first.
    """

    name: str
    male: tuple[str, ...]
    female: tuple[str, ...]
    surnames: tuple[str, ...]
    surnames_female: tuple[str, ...] = ()
    second: str = "own"
    wives_keep: bool = False
    family_first: bool = False

    @property
    def belonging(self) -> Belonging:
        """How common it is, and what goes with it."""
        return belongings()[self.name]


def _faker(locale: str, attribute: str) -> tuple[str, ...]:
    """A word list of Faker's, without the few words of it that hold a mark no name has."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    words: Iterable[str] = getattr(provider, attribute)
    return tuple(word for word in dict.fromkeys(words) if all(mark.isalpha() or mark in " -'" for mark in word))


def _given(locale: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Men's and women's first names of a locale whose lists stand in the order of the alphabet."""
    men, women = (_faker(locale, f"first_names_{sex}") for sex in ("male", "female"))
    return in_fixed_disorder(men), in_fixed_disorder(women)


def _plain(locale: str, attribute: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(without_accents(word) for word in _faker(locale, attribute)))


def _polish() -> tuple[tuple[str, ...], tuple[str, ...]]:
    men = _faker("pl_PL", "male_last_names") + _faker("pl_PL", "unisex_last_names")[:600]
    return men, tuple(name[:-1] + "a" if name.endswith(("ski", "cki", "dzki")) else name for name in men)


def _slavic(men: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name + "a" for name in men)


def _two_syllables(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return in_fixed_disorder(a + b for a, b in itertools.product(first, second) if a.lower() != b)


def _from_islands() -> list[Origin]:
    irishmen, irishwomen = _given("en_IE")
    men = _faker("en_GB", "first_names_male") + irishmen
    women = _faker("en_GB", "first_names_female") + irishwomen
    surnames = _faker("en_GB", "last_names") + _two_syllables(own.ENGLISH_STEMS, own.ENGLISH_ENDS)
    gaels = in_fixed_disorder(_faker("en_IE", "last_names"))[:900]
    return [
        Origin("english", men, women, surnames),
        Origin("irish", irishmen, irishwomen, gaels),
    ]


def _from_europe() -> list[Origin]:
    polish_men, polish_women = _polish()
    roman = in_fixed_disorder(_faker("ro_RO", "last_names") + own.ROMANIAN_SURNAMES)
    czech = _faker("cs_CZ", "last_names_male")
    return [
        Origin("polish", *_given("pl_PL"), polish_men, polish_women),
        Origin("romanian", *_given("ro_RO"), roman),
        Origin("czech", *_given("cs_CZ"), czech, _faker("cs_CZ", "last_names_female")[: len(czech)]),
        Origin("hungarian", *_given("hu_HU"), _faker("hu_HU", "last_names"), family_first=True),
        Origin(
            "bulgarian",
            own.BULGARIAN_MEN,
            own.BULGARIAN_WOMEN,
            own.BULGARIAN_SURNAMES,
            _slavic(own.BULGARIAN_SURNAMES),
            "father",
        ),
        Origin("italian", *_given("it_IT"), in_fixed_disorder(_faker("it_IT", "last_names"))[:500]),
        Origin("portuguese", *_given("pt_PT"), _faker("pt_PT", "last_names")),
        Origin("turkish", *_given("tr_TR"), _faker("tr_TR", "last_names") + own.TURKISH_SURNAMES),
    ]


def _from_asia() -> list[Origin]:
    pakistani = in_fixed_disorder(own.PAKISTANI_SURNAMES + _faker("en_PK", "last_names")[:80])
    chinese_men = _two_syllables(own.CHINESE_MEN_FIRST, own.CHINESE_MEN_SECOND)
    chinese_women = _two_syllables(own.CHINESE_WOMEN_FIRST, own.CHINESE_WOMEN_SECOND)
    vietnamese = (
        _two_syllables(_spaced(own.VIETNAMESE_MEN_FIRST), own.VIETNAMESE_MEN),
        _two_syllables(_spaced(own.VIETNAMESE_WOMEN_FIRST), own.VIETNAMESE_WOMEN),
    )
    return [
        Origin("punjabi", own.PUNJABI_NAMES, own.PUNJABI_NAMES, own.PUNJABI_SURNAMES, own.PUNJABI_SURNAMES_WOMEN),
        Origin("indian", *_given("en_IN"), in_fixed_disorder(_faker("en_IN", "last_names"))),
        Origin("pakistani", own.PAKISTANI_MEN, own.PAKISTANI_WOMEN, pakistani, wives_keep=True),
        Origin("bangladeshi", own.BANGLADESHI_MEN, own.BANGLADESHI_WOMEN, own.BANGLADESHI_SURNAMES, wives_keep=True),
        Origin("nepali", own.NEPALI_MEN, own.NEPALI_WOMEN, own.NEPALI_SURNAMES),
        Origin(
            "chinese",
            chinese_men,
            chinese_women,
            in_fixed_disorder(_faker("zh_CN", "last_romanized_names")),
            second="none",
            wives_keep=True,
            family_first=True,
        ),
        Origin(
            "vietnamese",
            vietnamese[0],
            vietnamese[1],
            _plain("vi_VN", "last_names") + own.VIETNAMESE_SURNAMES,
            second="none",
            wives_keep=True,
            family_first=True,
        ),
    ]


def _spaced(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word + " " for word in words)


def _from_africa_and_arabia() -> list[Origin]:
    arab_men = own.ARAB_MEN + _faker("fr_DZ", "first_names_male")
    arab_women = own.ARAB_WOMEN + _faker("fr_DZ", "first_names_female")
    arab_surnames = in_fixed_disorder(own.ARAB_SURNAMES + _faker("fr_DZ", "last_names")[:150])
    return [
        Origin("arab", arab_men, arab_women, arab_surnames, second="father", wives_keep=True),
        Origin("kurdish", own.KURDISH_MEN, own.KURDISH_WOMEN, own.KURDISH_SURNAMES, second="father", wives_keep=True),
        Origin("albanian", own.ALBANIAN_MEN, own.ALBANIAN_WOMEN, own.ALBANIAN_SURNAMES),
        Origin("somali", own.SOMALI_MEN, own.SOMALI_WOMEN, own.SOMALI_MEN, second="father", wives_keep=True),
        Origin("yoruba", *_given("yo_NG"), _faker("yo_NG", "last_names")),
        Origin("igbo", *_given("ig_NG"), _faker("ig_NG", "last_names")),
        Origin("ghanaian", *_given("tw_GH"), in_fixed_disorder(_faker("tw_GH", "last_names_male"))),
    ]


@functools.cache
def origins() -> tuple[Origin, ...]:
    """Every origin, commonest of each region first."""
    return (*_from_islands(), *_from_europe(), *_from_asia(), *_from_africa_and_arabia())
