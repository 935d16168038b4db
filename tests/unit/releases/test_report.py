"""The page: what it says, that its numbers are the figures', and that it stands on its own."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from joinedup.errors import StatisticsError, StorageError
from joinedup.releases import Source, write_report
from joinedup.releases.drawing import Caption, Row, Segment, Strip, draw_rows
from joinedup.releases.lookup import Figures
from joinedup.releases.report import answers, render
from joinedup.statistics.methods import JOINED, OWN

SHARE = "share-self-defined-ethnicity"
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """Tags in order, text by tag, and whether every tag was closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def text(html: str) -> str:
    """What a reader reads, in one line."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", "", body).split())


def sentences(run) -> str:
    """What the page says outside its tables and pictures, without marks of strength."""
    said = (line for a in answers(run) for line in (a.lead, *a.sentences, *a.points, *a.notes))
    return " ".join(said).replace("**", "")


def test_it_is_one_file_that_asks_nothing_of_the_network_and_runs_nothing(html):
    page = Page(html)
    assert "http" not in html
    assert not page.named("script") and not page.named("link") and not page.named("img") and not page.named("iframe")
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "url(" not in html and "@import" not in html
    assert all(a["href"].startswith("#") for a in page.named("a"))
    assert page.open == []


def test_it_is_in_english_with_one_title_and_headings_in_order(html):
    page = Page(html)
    assert page.named("html") == [{"lang": "en-GB"}]
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:], strict=False))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_it_answers_in_the_order_in_which_people_ask(html):
    headings = re.findall(r"<h2 id=\"(\S+)\">", html)
    assert headings == [
        "contents", "what-this-is", "missing", "gaps", "people", "shares", "gate", "keyed-joins", "truth", "method",
    ]  # fmt: skip


def test_every_picture_is_named_described_and_has_its_table(html):
    figures = re.findall(r"<figure.*?</figure>", html, flags=re.S)
    assert len(figures) == html.count("<svg") > 10
    for figure in figures:
        title = re.search(r'<title id="(\S+)-title">(.+?)</title><desc id="\1-description">(.+?)</desc>', figure)
        assert title is not None
        assert f'aria-labelledby="{title[1]}-title {title[1]}-description"' in figure
        assert "<table>" in figure
        assert "Invented region" in figure[figure.index("</desc>") : figure.index("</svg>")]


def test_every_table_has_a_caption_and_heads_for_its_columns_and_rows(html):
    for table in re.findall(r"<table>.*?</table>", html, flags=re.S):
        assert table.count("<caption>") == 1
        assert table.count('<th scope="col"') == len(re.findall(r"<th|<td", table[table.rindex("<tr>") :]))
        assert table.count('<th scope="row"') == table.count("<tr>") - 1


def test_no_word_of_a_picture_is_cut():
    label = "A constabulary whose name goes on for so long that it would not fit on any one line of a picture"
    svg = draw_rows([Row(label, (Strip((Segment(0, 1, "#000"),), "100.0%"),))], Caption("t", "d")).svg
    lines = [line for line in re.findall(r"<text[^>]*>([^<]+)</text>", svg) if line != "100.0%"]
    assert " ".join(lines) == label
    assert len(lines) == 3 and max(map(len, lines)) <= 38


def test_the_banner_is_there_for_invented_records_only(run, html):
    assert text(html).count("Invented region: no person, force or place here is real") == 2
    real = render(replace(run, invented=False, truth=None))
    assert "invented" not in re.sub(r"<style>.*?</style>", "", real, flags=re.S).lower()


def test_the_page_says_that_it_must_not_leave(html):
    said = "Working report for the project's own staff: counts below 10 are shown and must not leave"
    assert text(html).replace("&#39;", "'").count(said) == 2


def test_what_is_missing_is_said_with_its_denominator(run):
    said = sentences(run)
    assert "Of 1,000 suspect records, 600 (60.0%) have no self-defined ethnicity and 700 (70.0%) have no" in said
    assert "It stands in 450 (75.0%) of the 600 that lack the person's answer." in said


def test_gaps_are_held_disputed_or_nobodys(run):
    said = sentences(run)
    assert "another system holds one for 240 (40.0%) once records are joined." in said
    assert "Other systems disagree for 30 (5.0%), and nobody holds one for 330 (55.0%)." in said  # 600 - 240 - 30
    assert "Of 300 people whose self-defined ethnicity is recorded two or more times" in said
    assert "12 (4.0%) are recorded differently" in said


def test_the_tables_hold_the_figures_and_what_is_left_over(html):
    page = text(html)
    assert "Wexmoor Constabulary (invented) 500 350 70.0% 400 80.0%" in page
    assert "Self-defined ethnicity 600 240 40.0% 30 5.0% 330 55.0%" in page  # 600 - 240 - 30
    assert "x02-custody 250 100 40.0% 10 4.0% 140 56.0%" in page
    assert "Wexmoor Constabulary (invented) 1,300 900 0 0" in page
    assert "Asian Own record only 60 1,000 600 (60.0%) 6.0% to 66.0%" in page
    assert "Asian As people 70 640 210 (32.8%) 10.9% to 43.8%" in page  # 70, 70 + 210 of 640
    assert "x01-crime 1,400 100 7.1% 50 3.6%" in page
    assert "Sex 400 380 (95.0%) 5† (1.2%) 15 (3.8%) 12 8† (66.7%)" in page


def test_every_share_is_a_range_with_what_it_rests_on(run):
    said = sentences(run)
    assert "White: 28.0% to 88.0% of suspect records from their own record only; " in said  # 280, 280 + 600 of 1,000
    assert "; 44.0% to 80.0% joined, if the joining is right." in said  # 440, 440 + 360 of 1,000
    assert "every range is 60.0 points wide. After joining, 360 stay unknown" in said
    assert "records joined as one person are about one person." in said


def test_a_share_of_the_known_is_nowhere(html):
    """280 of the 400 whose answer is known are White, but nobody is told 70.0%."""
    shares = re.search(r'id="shares".*?</section>', html, flags=re.S)[0]
    assert "28.0% to 88.0%" in shares
    assert f"{280 / 400:.1%}" not in shares


@pytest.mark.parametrize(
    ("measure", "where", "before", "after"),
    [
        ("missing-self-defined-ethnicity", {}, "600 (60.0%) have no self-defined", "601 (60.1%) have no self-defined"),
        ("missing-nationality", {}, "700 (70.0%) have no nationality", "701 (70.1%) have no nationality"),
        ("missing-observed-ethnicity", {}, "300 (30.0%) suspect records", "301 (30.1%) suspect records"),
        ("recovered-from-observed", {}, "It stands in 450 (75.0%)", "It stands in 451 (75.2%)"),
        ("gap-filled-self-defined-ethnicity", {}, "one for 240 (40.0%)", "one for 241 (40.2%)"),
        ("gap-conflict-self-defined-ethnicity", {}, "disagree for 30 (5.0%)", "disagree for 31 (5.2%)"),
        ("gap-filled-nationality", {}, "one for 210 (30.0%)", "one for 211 (30.1%)"),
        ("gap-conflict-nationality", {}, "disagree for 70 (10.0%)", "disagree for 71 (10.1%)"),
        ("conflict-self-defined-ethnicity", {}, "12 (4.0%) are recorded", "13 (4.3%) are recorded"),
        ("people", {}, "about 1,500 people", "about 1,501 people"),
        ("people-suspected", {}, "about 640 people", "about 641 people"),
        ("people-in-several-systems", {}, "450 (30.0%) stand in", "451 (30.1%) stand in"),
        ("people-in-several-forces", {}, "150 (10.0%) in two or more forces", "151 (10.1%) in two or more forces"),
        (SHARE, {"group": "Asian", "method": OWN}, "Asian: 6.0% to 66.0%", "Asian: 6.1% to 66.1%"),
        (SHARE, {"group": "Asian", "method": JOINED}, "11.0% to 47.0% joined", "11.1% to 47.1% joined"),
        ("returned", {}, "125 (4.7%) were returned", "126 (4.7%) were returned"),
        ("marked", {}, "50 (1.9%) were accepted and marked", "51 (1.9%) were accepted and marked"),
    ],
)  # fmt: skip
def test_a_sentence_changes_with_its_figure(run, with_figure, measure, where, before, after):
    was = sentences(run)
    assert before in was and after not in was
    figure = Figures(run.figures).one(measure, **where)
    now = sentences(with_figure(measure, figure.numerator + 1, **where))
    assert after in now and before not in now


def test_every_sentence_stands_on_the_page(run, html):
    page = text(html).replace("&#39;", "'")
    assert all(line in page for line in sentences(run).split(". "))


def test_rules_come_with_their_message_and_remedy(html):
    html = text(html)
    assert "dob-future The birth date is in the future. Check the date. Returned 125 4.7%" in html
    assert "name-title The name starts with a title. Take it out. Accepted and marked 50 1.9%" in html


def test_small_counts_are_marked_as_not_to_leave(html):
    page = text(html)
    assert "7† of 500 (1.4%)" in page
    assert "† is, or is part of, fewer than 10: must not leave." in page


def test_joins_by_key_and_truth_are_left_out_when_there_are_none(run):
    keys = {answer.key for answer in answers(replace(run, truth=None))}
    assert "gate" in keys and not keys & {"keyed-joins", "truth"}


def test_a_join_by_key_says_what_agrees_differs_and_cannot_be_compared(with_rows, keyed_join):
    said = sentences(with_rows(keyed_join("crime reference")))
    assert "400 pairs of records by “crime reference”" in said
    assert "sex: agrees in 380 (95.0%), differs in 5 (1.2%), cannot be compared in 15 (3.8%)" in said  # 400 - 380 - 15


def test_what_is_known_of_invented_records_is_said(run):
    said = sentences(run)
    assert "98.1% of the pairs of records that were joined are about one person" in said
    assert "Joining counted 1,500 people; there are 1,480." in said


HOSTILE = "</title></svg><script>alert(1)</script><b title='x\"'>&amp; **bold**"


def test_hostile_names_and_messages_are_only_ever_text(run, with_rows, keyed_join):
    rows = run.returns.to_pylist()
    rows[0] |= {"message": HOSTILE, "remedy": HOSTILE}
    hostile = replace(
        with_rows(keyed_join(HOSTILE)),
        name=HOSTILE,
        sources=(Source(HOSTILE, HOSTILE, HOSTILE, 1),),
        versions={HOSTILE: HOSTILE},
        returns=type(run.returns).from_pylist(rows, schema=run.returns.schema),
    )
    html = render(hostile)
    page = Page(html)
    assert page.open == [] and not page.named("script") and not page.named("b")
    assert html.count("&lt;script&gt;") >= 6
    assert html.count("<svg") == html.count("</svg>")


def test_hostile_rules_and_areas_do_not_escape_a_picture(run):
    rows = run.figures.to_pylist()
    for row in rows:
        if row["area"].startswith("system:"):
            row["area"] += HOSTILE
        if row["measure"] in ("returned", "marked") and row["group"] != "all":
            row["group"] = HOSTILE
    html = render(replace(run, figures=type(run.figures).from_pylist(rows, schema=run.figures.schema)))
    page = Page(html)
    assert page.open == [] and not page.named("script") and not page.named("b")


def test_a_run_of_nothing_is_still_a_page(run):
    whole = [row for row in run.figures.to_pylist() if row["stage"] == row["period"] == row["area"] == "all"]
    whole = [row for row in whole if row["group"] == "all" or row["measure"].startswith("share-")]
    nobody = {"numerator": 0, "denominator": 0, "unknown": 0, "lower": None, "upper": None}
    none = type(run.figures).from_pylist([{**row, **nobody} for row in whole], schema=run.figures.schema)
    html = render(replace(run, figures=none, returns=run.returns.slice(0, 0), truth=None, sources=()))
    assert "No suspect record was counted, so no share can be stated." in text(html)
    assert "White: no share: nobody was counted" in text(html)
    assert "%" not in sentences(replace(run, figures=none, truth=None))
    assert Page(html).open == []


def test_a_run_without_a_figure_that_the_page_is_about_is_refused(run):
    kept = [row for row in run.figures.to_pylist() if row["measure"] != "people-suspected"]
    lacking = replace(run, figures=type(run.figures).from_pylist(kept, schema=run.figures.schema))
    with pytest.raises(StatisticsError, match="no figure `people-suspected`"):
        render(lacking)


def test_the_same_run_gives_the_same_page(run, tmp_path):
    for name in ("one.html", "two.html"):
        write_report(run, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_folder_that_does_not_exist_is_said_plainly(run, tmp_path):
    with pytest.raises(StorageError, match="no such file or folder"):
        write_report(run, tmp_path / "nowhere" / "report.html")
