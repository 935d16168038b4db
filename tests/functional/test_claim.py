"""`joinedup claim`: the shipped ledger, a file of one's own, and a project whose claims are kept."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from joinedup import tables
from joinedup.audit import open_store, verify
from joinedup.cli.main import app
from joinedup.errors import JoinedupError, StatisticsError
from joinedup.runs.claim_evidence import evidence_of
from joinedup.runs.claims import claim, claim_one, claims_state, judged_claims, ledger
from joinedup.runs.core_table import hidden_groups
from joinedup.runs.project import load_project, new_project
from joinedup.statistics.methods import JOINED, LINK, OWN, PEOPLE

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "audit-claims" / "claims.toml"


def asked(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["claim", *map(str, arguments)])
    return done.exit_code, done.stdout


def test_the_shipped_ledger_gives_what_the_published_figures_support() -> None:
    code, printed = asked(EXAMPLE, "--json")
    verdicts = {one["claim"]: one for one in json.loads(printed)["claims"]}
    assert code == 0
    assert {name: (one["verdict"], one["opposite"]) for name, one in verdicts.items()} == {
        "two thirds not recorded": ("insufficient", "insufficient"),  # 4,404 of 6,670 is 66.0%, but only as quoted
        "most are White": ("insufficient", "insufficient"),  # 28.2% to 94.3%
        "Asian suspects over-represented, nationally": ("insufficient", "insufficient"),  # 2.4% to 68.4%, 9.3%
        "Asian suspects over-represented, group-based, Greater Manchester": ("insufficient",) * 2,  # as quoted
        "Asian suspects over-represented, all child sexual abuse, Greater Manchester": ("insufficient",) * 2,
        "The same, against the city's residents": ("refused", "refused"),
        "White suspects under-represented, all child sexual abuse, Greater Manchester": ("insufficient",) * 2,
        "Convicted, from figures of suspects": ("refused", "refused"),
        "A quarter within families": ("holds", "contradicted"),  # 1,125 of 4,228 is 26.6%
    }
    as_quoted = {name: one["as_quoted"] for name, one in verdicts.items() if one["as_quoted"]}
    assert as_quoted == {
        "two thirds not recorded": "holds",
        "Asian suspects over-represented, group-based, Greater Manchester": "holds",  # 52% beside 13.6%
        "Asian suspects over-represented, all child sexual abuse, Greater Manchester": "holds",  # 16% beside 13.6%
    }
    most = verdicts["most are White"]
    assert (most["lower"], most["upper"]) == pytest.approx((1884 / 6670, (1884 + 4404) / 6670))
    assert most["settles"]["for_it"] == 3335 - 1884 + 1  # more than half of 6,670


def test_words_hold_the_verdict_the_opposite_the_unknown_and_the_source() -> None:
    _, printed = asked(EXAMPLE)
    entry = printed.split("\n\n")[1]
    said = " ".join(entry.split())
    for words in (
        "“most offenders are White”", "Verdict the data cannot say. It is 28.2% to 94.3%", "Opposite the data cannot",
        "4,404 of 6,670", "Of those known, 83.1%", "once 1,452 are known to be White", "Secondary",
        "nothing of any person or community",
    ):  # fmt: skip
        assert words in said


def test_nobody_is_called_a_perpetrator_or_a_gang_but_in_quotation() -> None:
    _, printed = asked(EXAMPLE)
    unquoted = "".join(part for number, part in enumerate(printed.replace("”", "“").split("“")) if number % 2 == 0)
    assert "perpetrator" not in unquoted.lower() and "gang" not in unquoted.lower()


GOOD = """
[[claim]]
name = "a"
population = "suspects"
unit = "person"
stage = "charged"
area = "Anyshire"
period = "2024"
field = "ethnicity"
group = "White"
than = 0.5

[[figures]]
name = "f"
population = "suspects"
unit = "person"
stage = "charged"
area = "Anyshire"
period = "2024"
field = "ethnicity"
counts = { White = 60, Asian = 10 }
missing = { "not asked" = 30 }
source = "A table."
"""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("than = 0.5", ""), "claim 1: `than` is missing"),
        (("than = 0.5", "than = true"), "claim 1: A value is of the wrong kind"),
        (("than = 0.5", 'than = "White"'), "claim 1: A group's share is compared with itself"),
        (('unit = "person"', 'unit = "head"'), "There is no such unit"),
        (("group =", "grop ="), "no `grop` here. Did you mean `group`"),
        (("[[figures]]", "[[figure]]"), "no section `[[figure]]`"),
        (("[[figures]]", "[figures]"), "Write `[[figures]]` before each entry"),
        (("White = 60", "White = -1"), "figures 1: The count of `White` is below zero"),
        (("White = 60", 'White = "many"'), "figures 1"),
        (("counts =", "percent_of_all ="), "figures 1: `percent_known` is missing"),
        (('name = "a"', 'name = "a'), "not TOML"),
    ],
)
def test_a_slip_in_a_file_is_told_with_its_entry(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(GOOD.replace(*change))
    with pytest.raises(StatisticsError) as error:
        claim(path)
    assert told in str(error.value) and "claims.toml" in str(error.value)


def test_a_file_that_is_not_there_and_half_a_statement_are_told(tmp_path: Path) -> None:
    with pytest.raises(JoinedupError, match="none.toml"):
        claim(tmp_path / "none.toml")
    assert asked("--group", "White")[0] == 2
    assert asked("--group", "White", "--more-than", "0.5", "--less-than", "0.6")[0] == 2


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one run: of 100 suspect records 30 White, 15 Asian, 55 not recorded; joined, 52 and 28."""
    folder = new_project(tmp_path / "project")
    run = folder / "runs" / "20260101T000000Z"
    (run / "tables").mkdir(parents=True)
    (run / "manifest.json").write_text("{}")
    (folder / "runs" / "LATEST").write_text(run.name)
    shares = [
        ("record", OWN, None, {"White": (30, None), "Asian": (15, None)}, 55),
        ("record", JOINED, LINK, {"White": (52, (0.51, 0.7)), "Asian": (28, (0.27, 0.45))}, 20),
        ("person", PEOPLE, LINK, {"White": (40, (0.5, 0.6)), "Asian": (35, (0.3, 0.5))}, 10),
    ]
    rows = [
        {
            "measure": "share-self-defined-ethnicity", "population": "suspects", "unit": unit, "stage": "all",
            "period": "all", "area": "all", "group": group, "numerator": count, "denominator": 100, "unknown": unknown,
            "lower": count / 100, "upper": (count + unknown) / 100, "link_lower": link and link[0],
            "link_upper": link and link[1], "method": method, "assumption": assumption, "suppressed": False,
        }
        for unit, method, assumption, held, unknown in shares for group, (count, link) in held.items()
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema=tables.FIGURES.schema), run / "tables" / "figures.parquet")
    pq.write_table(tables.SOUNDNESS.empty(), run / "tables" / "soundness.parquet")
    return folder


def test_a_claim_of_a_project_holds_only_if_joining_is_right(project: Path) -> None:
    judged = claim_one(project, {"group": "White", "direction": "more", "than": 0.5})
    assert (judged.verdict.word, judged.verdict.assumption) == ("holds_if", LINK)
    assert judged.opposite.word == "insufficient"  # from the records alone, 30% to 85%
    people = claim_one(project, {"group": "White", "direction": "more", "than": "Asian", "unit": "person"})
    assert people.verdict.word == "insufficient"  # 50% to 60% against 30% to 50%


def test_a_claim_is_entered_before_its_figure_and_every_wording_is_kept(project: Path) -> None:
    said = {"name": "most", "group": "White", "direction": "more", "than": 0.5}
    claim_one(project, said)
    claim_one(project, said)
    with pytest.raises(StatisticsError, match="worded otherwise"):
        claim_one(project, {**said, "than": 0.4})
    claim_one(project, {**said, "than": 0.4}, why="the threshold was misread")
    first, second = ledger(project)
    assert (first.statement["than"]["share"], second.statement["than"]["share"]) == (0.5, 0.4)
    assert (second.revises, second.why) == (first.number, "the threshold was misread")
    assert first.verdicts == (("20260101T000000Z", "holds_if"),)  # judged twice alike, kept once
    with closing(open_store(project)) as store:
        assert verify(store).whole
        with pytest.raises(Exception, match="never changed"):
            store.execute("UPDATE claim_events SET why = 'x'")


def test_the_ledger_shows_what_was_refused_as_well(project: Path) -> None:
    few = pq.read_table(project / "runs/20260101T000000Z/tables/figures.parquet").to_pylist()
    few[1]["numerator"] = 4
    path = project / "runs/20260101T000000Z/tables/figures.parquet"
    pq.write_table(pa.Table.from_pylist(few, schema=tables.FIGURES.schema), path)
    judged = claim_one(project, {"group": "Asian", "direction": "more", "than": 0.5})
    assert judged.verdict.word == "refused" and "Fewer than 10" in str(judged.verdict.because)
    code, printed = asked(project, "--ledger")
    assert code == 0 and "20260101T000000Z: refused" in printed


def test_a_field_that_is_not_to_be_relied_on_gets_no_verdict(project: Path) -> None:
    finding = {"sender": "niche", "column": "self_defined_ethnicity", "kind": "never-missing", "message": "0% missing"}
    rows = pa.Table.from_pylist([finding], schema=tables.SOUNDNESS.schema)
    pq.write_table(rows, project / "runs/20260101T000000Z/tables/soundness.parquet")
    judged = claim_one(project, {"group": "White", "direction": "more", "than": 0.5})
    assert judged.verdict.word == judged.opposite.word == "refused"
    assert "niche" in str(judged.verdict.because)


def test_claims_of_a_project_come_from_its_file_and_say_only_what_differs(project: Path) -> None:
    (project / "claims.toml").write_text('[[claim]]\nname = "a"\ngroup = "White"\nthan = 0.2\n')
    code, printed = asked(project, "--json")
    assert (code, json.loads(printed)["verdict"], json.loads(printed)["opposite"]) == (0, "holds", "contradicted")


def of_part(project: Path, part: dict[str, str], held: dict[str, int], unknown: int) -> None:
    """Add the shares of a part of the suspects to the project's run."""
    path = project / "runs/20260101T000000Z/tables/figures.parquet"
    measure = part.pop("measure", "share-self-defined-ethnicity")
    total = sum(held.values()) + unknown
    rows = [
        {
            "measure": measure, "population": "suspects", "unit": "record", "stage": "all", "period": "all",
            "area": "all", **part, "group": group, "numerator": count, "denominator": total, "unknown": unknown,
            "lower": count / total, "upper": (count + unknown) / total, "method": OWN, "suppressed": False,
        }
        for group, count in held.items()
    ]  # fmt: skip
    before = pq.read_table(path)
    pq.write_table(pa.concat_tables([before, pa.Table.from_pylist(rows, schema=tables.FIGURES.schema)]), path)


@pytest.mark.parametrize(
    ("part", "more"),
    [
        ({"area": "force:X01"}, ["--area", "X01"]),
        ({"period": "2024"}, ["--year", "2024"]),
        ({"stage": "charged"}, ["--stage", "charged"]),
    ],
)
def test_a_claim_may_be_of_a_force_a_year_or_a_stage(project: Path, part: dict[str, str], more: list[str]) -> None:
    of_part(project, dict(part), {"White": 60, "Asian": 20}, 20)
    printed = asked_json(project, more)
    assert (printed["verdict"], printed["lower"], printed["upper"]) == ("holds", 0.6, 0.8)
    elsewhere = claim_one(project, {"group": "White", "direction": "more", "than": 0.5, "area": "X09"})
    assert elsewhere.verdict.word == "refused" and "not of what the statement is about" in str(
        elsewhere.verdict.because
    )


def asked_json(project: Path, more: list[str]) -> dict[str, object]:
    code, printed = asked(project, "--group", "White", "--more-than", "0.5", *more, "--json")
    assert code == 0
    return dict(json.loads(printed))


RESIDENTS = """
[[residents]]
area = "all"
period = "all"
shares = {{ "United Kingdom" = 0.4, Poland = 0.1 }}
source = "A census."
field = "{field}"
"""


def test_a_nationality_is_judged_alike_and_compared_with_no_residents_but_its_own(project: Path) -> None:
    of_part(project, {"measure": "share-nationality"}, {"United Kingdom": 60, "Poland": 30}, 10)
    said = {"group": "Poland", "direction": "more", "than": 0.2, "field": "nationality"}
    judged = claim_one(project, said)
    assert (judged.verdict.word, judged.verdict.held and judged.verdict.held.upper) == ("holds", 0.4)
    for field, word in (("ethnicity", "refused"), ("nationality", "holds")):
        (project / "claims.toml").write_text(RESIDENTS.format(field=field))
        found = claim_one(project, {**said, "name": field, "than": "residents"})
        assert found.verdict.word == word, found.verdict.because


def test_a_group_is_not_told_where_a_small_one_would_follow_from_it(project: Path) -> None:
    of_part(project, {"area": "force:X01"}, {"White": 60, "Asian": 20, "Black": 4}, 16)
    words = {
        group: claim_one(project, {"group": group, "direction": "more", "than": 0.1, "area": "X01"}).verdict
        for group in ("White", "Asian", "Black")
    }
    # 100 less 60, 20 and 16 would leave 4.
    assert [words[group].word for group in words] == ["holds", "refused", "refused"]
    assert "Fewer than 10 are Black" in str(words["Black"].because) and "4" not in str(words["Asian"].because)
    few = claim_one(project, {"group": "White", "direction": "more", "than": 0.1, "area": "X01"})
    assert "Black" not in [other.group for other, verdict in few.others if verdict.held]


def test_a_force_whose_own_sender_is_doubted_gets_no_verdict_and_another_does(project: Path) -> None:
    of_part(project, {"area": "force:X01"}, {"White": 60, "Asian": 20}, 20)
    of_part(project, {"area": "force:X02"}, {"White": 60, "Asian": 20}, 20)
    finding = {"sender": "niche X02", "column": "self_defined_ethnicity", "kind": "never-missing", "message": "0%"}
    rows = pa.Table.from_pylist([finding], schema=tables.SOUNDNESS.schema)
    pq.write_table(rows, project / "runs/20260101T000000Z/tables/soundness.parquet")
    said = {"group": "White", "direction": "more", "than": 0.5}
    assert claim_one(project, {**said, "area": "X01"}).verdict.word == "holds"
    assert claim_one(project, {**said, "area": "X02"}).verdict.word == "refused"


def test_every_wording_is_judged_again_by_each_run(project: Path) -> None:
    said = {"name": "most", "group": "White", "direction": "more", "than": 0.5}
    claim_one(project, said)
    claim_one(project, {**said, "than": 0.2}, why="the threshold was misread")
    claim_one(project, {**said, "name": "compared", "than": "residents"})
    before = claims_state(load_project(project))
    tables_of = project / "runs/20260101T000000Z/tables"
    figures, soundness = (pq.read_table(tables_of / f"{name}.parquet") for name in ("figures", "soundness"))
    rows = {row["number"]: row for row in judged_claims(load_project(project), figures, soundness).to_pylist()}
    first, second, third = (rows[number] for number in sorted(rows))
    assert (first["verdict"], first["revised_by"], second["revises"]) == ("holds_if", second["number"], first["number"])
    assert (second["verdict"], second["opposite_verdict"], second["lower"]) == ("holds", "contradicted", 0.3)
    assert (third["verdict"], third["lower"]) == ("refused", None) and "no residents" in third["because"]
    assert second["figures"] == ["share-self-defined-ethnicity, by record"]
    claim_one(project, {**said, "name": "another"})
    assert claims_state(load_project(project)) != before
    with closing(open_store(project)) as store:
        assert store.execute("SELECT count(*) FROM claim_events").fetchone()[0] == 4  # nothing entered by a run


def test_a_project_without_claims_has_none_to_judge(project: Path) -> None:
    assert judged_claims(load_project(project), tables.FIGURES.empty(), tables.SOUNDNESS.empty()).num_rows == 0


def test_of_people_a_group_that_the_core_table_hides_is_not_told_either(project: Path) -> None:
    path = project / "runs/20260101T000000Z/tables/figures.parquet"
    counts = {"White": 40, "Asian": 35, "Mixed": 12, "Other": 4, "not recorded": 11}
    rows = [
        {
            "measure": "core-ethnicity", "population": "suspects", "unit": "person", "stage": "all", "period": "all",
            "area": "all", "group": group, "numerator": count, "denominator": 102, "unknown": 0, "method": PEOPLE,
        }
        for group, count in counts.items()
    ]  # fmt: skip
    core = pa.Table.from_pylist(rows, schema=tables.FIGURES.schema)
    pq.write_table(pa.concat_tables([pq.read_table(path), core]), path)
    hidden = hidden_groups(core, "ethnicity")["all"]
    assert "Other" in hidden and len(hidden) > 1
    (people,) = [one for one in evidence_of(path.parents[1]) if one.about.unit == "person"]
    assert hidden <= set(people.withheld)
