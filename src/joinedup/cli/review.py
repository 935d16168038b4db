"""`joinedup review`: find closed cases to look at again, decide on them, and say what may have been missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.out import Json, Why, as_json, shown

if TYPE_CHECKING:
    from joinedup.review.stopping import Price
    from joinedup.review.wording import Mark
    from joinedup.runs.reviewing_desk import Decided, Shown
    from joinedup.runs.reviewing_status import ReviewStatus

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Folder = Annotated[Path, typer.Argument(help="The project folder.")]
Reason = Annotated[str, typer.Option("--why", help="Why you decide so. It is kept with the decision.")]


@app.callback()
def review() -> None:
    """Find the closed cases that should be looked at again. The program shows reasons; people decide."""


@app.command("plan")
def plan(
    folder: Folder = Path("."),
    target: Annotated[float, typer.Option(help="Share of the cases to be found.")] = 0.95,
    alpha: Annotated[float, typer.Option(help="Risk that the statement is false.")] = 0.05,
    seed: Annotated[int, typer.Option(help="Of every draw.")] = 1,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Decisions will be simulated, and said to be.")
    ] = False,
    json: Json = False,
) -> None:
    """Fix and log the recall to reach and the risk, before anything is read; show what each target costs."""
    from joinedup.runs.reviewing_desk import fix_plan
    from joinedup.runs.reviewing_status import review_status

    fixed = fix_plan(folder, target=target, alpha=alpha, seed=seed, simulated=simulated)
    prices = review_status(folder).prices
    if json:
        print(as_json({**asdict(fixed), "prices": [asdict(one) for one in prices]}))
        return
    print(f"Fixed: find {100 * target:g}% of the cases to reopen among {fixed.cases:,}, at a risk of {100 * alpha:g}%.")
    if fixed.replaces:
        print("Cases were read under another plan: no statement about missed cases holds for this review.")
    print("\n".join(_prices(prices)))


@app.command("join")
def join(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] FORCE", help="Your force, or none.")],
    reader: Annotated[str | None, typer.Option(help="The reader's account, if not yours.")] = None,
    closed: Annotated[str, typer.Option(help="Crimes that the reader closed elsewhere, with `;` between.")] = "",
    json: Json = False,
) -> None:
    """Enter a reader. Nobody is given a case that they or their own force closed."""
    from joinedup.runs.reviewing_desk import join_review

    folder, force = _last(arguments, "Name a force, or none")
    name = join_review(folder, force, closed=[one for one in closed.split(";") if one], reader=reader)
    print(as_json({"reader": name}) if json else f"{name} has joined.")


@app.command("withdraw")
def withdraw(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] READER", help="The reader's account.")],
    why: Reason,
    json: Json = False,
) -> None:
    """Take a reader out. What they read and is not settled goes to others."""
    from joinedup.runs.reviewing_desk import withdraw as take_out

    folder, reader = _last(arguments, "Name a reader")
    cases = take_out(folder, reader, why=why)
    print(as_json({"given_to_others": cases}) if json else f"{cases:,} cases go to other readers.")


@app.command("queue")
def queue(
    folder: Folder = Path("."),
    most: Annotated[int, typer.Option("--batch", help="How many cases.")] = 10,
    why: Why = "joinedup review queue",
    json: Json = False,
) -> None:
    """Show your next cases, each with reasons and one against. You never see what others said. The look is logged."""
    from joinedup.runs.reviewing_desk import queue as next_cases

    asked = next_cases(folder, most=most, why=why)
    if json:
        print(as_json(asdict(asked)))
        return
    lines = [line for one in asked.cases for line in _case(one)]
    print("\n".join([*_label(asked.simulated), *lines] if lines else ["No case is left for you."]))


@app.command("decide")
def decide(
    arguments: Annotated[
        list[str],
        typer.Argument(metavar="[FOLDER] CRIME reopen|no-further-review|unsure|needs-records", help="What you decide."),
    ],
    at_risk: Annotated[str, typer.Option("--at-risk", help="May a child be at risk now? yes or no.")],
    why: Reason,
    json: Json = False,
) -> None:
    """Decide on a case. Whoever decides also answers whether a child may be at risk now; a yes alerts at once."""
    from joinedup.runs.reviewing_desk import decide as decide_case

    if len(arguments) not in (2, 3):
        raise typer.BadParameter("Name a crime and a decision, and before them the project folder if it is not this.")
    if at_risk not in ("yes", "no"):
        raise typer.BadParameter("May a child be at risk now? Answer yes or no.")
    folder, crime, decision = (".", *arguments)[-3:]
    done = decide_case(Path(folder), crime, decision, at_risk=at_risk == "yes", why=why)
    print(as_json(asdict(done)) if json else "\n".join(_decided(done)))


@app.command("wish")
def wish(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] CRIME agrees|declines|not-asked")],
    why: Reason,
    json: Json = False,
) -> None:
    """Record what the victim wishes, before anybody contacts them."""
    from joinedup.runs.reviewing_referrals import wish as record_wish

    folder, crime, says = _three(arguments)
    number = record_wish(folder, crime, says, why=why)
    print(as_json({"number": number}) if json else "Recorded.")


@app.command("refer")
def refer(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] CRIME FORCE|NCA")],
    action: Annotated[list[str] | None, typer.Option(help="what;owner;2026-12-31, as often as needed.")] = None,
    json: Json = False,
) -> None:
    """Refer a reopened case to a force or the National Crime Agency, with actions, owners and days."""
    from joinedup.runs.reviewing_referrals import refer as refer_case

    folder, crime, to = _three(arguments)
    number = refer_case(folder, crime, to, [_action(one) for one in action or ()])
    print(as_json({"referral": number}) if json else f"Referral {number}.")


@app.command("follow")
def follow(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] REFERRAL accepted|declined|contact|done|outcome")],
    says: Annotated[str, typer.Option(help="The reason, the action that is done, or the outcome.")] = "",
    json: Json = False,
) -> None:
    """Note what became of a referral. First contact needs the victim's agreement, recorded before."""
    from joinedup.runs.reviewing_referrals import follow as note

    folder, number, step = _three(arguments)
    event = note(folder, _number(number), step, says=says)
    print(as_json({"number": event}) if json else "Noted.")


@app.command("alert")
def alert(
    arguments: Annotated[list[str], typer.Argument(metavar="[FOLDER] NUMBER", help="As `review status` shows it.")],
    json: Json = False,
) -> None:
    """Take up an alert that a child may be at risk now."""
    from joinedup.runs.reviewing_referrals import see_alert

    folder, number = _last(arguments, "Name the number of an alert")
    minutes = see_alert(folder, _number(number))
    print(as_json({"minutes": minutes}) if json else f"Taken up after {minutes:,.0f} minutes.")


@app.command("status")
def status(folder: Folder = Path("."), json: Json = False) -> None:
    """Say how the review stands: what may be missed, what it costs, how far readers agree, what waits."""
    from joinedup.runs.reviewing_status import review_status

    found = review_status(folder)
    print(as_json(asdict(found)) if json else "\n".join(_status(found)))


@app.command("replay")
def replay(folder: Folder = Path("."), json: Json = False) -> None:
    """Make every ranking and every sample again from the log, and say whether they come out the same."""
    from joinedup.runs.reviewing_status import replay as make_again

    done = make_again(folder)
    text = f"{done.batches:,} batches and {done.samples:,} samples made again; differing: {len(done.differing):,}."
    print(as_json(asdict(done)) if json else text)
    if done.differing:
        raise typer.Exit(1)


@app.command("weights")
def weights(folder: Folder = Path("."), json: Json = False) -> None:
    """Print the 200 words and marks that weigh most in the ranking. Look for words that stand in for who people are."""
    from joinedup.runs.reviewing_status import review_weights

    told = review_weights(folder)
    if json:
        print(as_json([asdict(one) for one in told]))
        return
    print("\n".join(f"{one.part:+.4f}  {one.what}" for one in told) or "The ranker has not learned anything yet.")


@app.command("simulate")
def simulate(
    labelled: Annotated[Path, typer.Argument(help="A CSV of text columns and a column of 0 and 1.")],
    label: Annotated[str | None, typer.Option(help="Name of the column of labels.")] = None,
    seed: Annotated[int, typer.Option(help="Of the first two cases and of every draw.")] = 0,
    target: Annotated[float, typer.Option(help="Share to be found when it stops.")] = 0.95,
    json: Json = False,
) -> None:
    """Measure the ranker and the stopping rule on cases whose labels are known. The labels stand in for decisions."""
    from joinedup.runs.reviewing_files import simulate_file

    done = simulate_file(labelled, label=label, seed=seed, target=target)
    if json:
        print(as_json(asdict(done)))
        return
    print(
        f"Simulated. Reading saved at 95% found (WSS@95): {done.wss_at_95:.3f}. Found when a tenth is read: "
        f"{done.recall_at_10:.2f}. It stops when {100 * done.read_at_stop:.0f}% is read, with "
        f"{100 * done.recall_at_stop:.1f}% found. {done.cpu_seconds:.2f} s of processor time."
    )


@app.command("wording")
def wording(
    path: Annotated[Path, typer.Argument(help="A text or CSV file of notes that concern a child.")], json: Json = False
) -> None:
    """Show wording about a child that should be bettered, each with its place. The file stays as it is."""
    from joinedup.runs.reviewing_files import wording_file

    found = list(wording_file(path))
    if json:
        print(as_json({"file": shown(path), "rows": [asdict(one) for one in found]}))
        return
    lines = [f"row {row.row}, {row.column}: {_mark(one)}" for row in found for one in row.marks]
    print("\n".join(lines or ["Nothing to better was found."]))


def _last(arguments: list[str], says: str) -> tuple[Path, str]:
    if len(arguments) not in (1, 2):
        raise typer.BadParameter(f"{says}, and before it the project folder if it is not this one.")
    folder, last = (".", *arguments)[-2:]
    return Path(folder), last


def _three(arguments: list[str]) -> tuple[Path, str, str]:
    if len(arguments) not in (2, 3):
        raise typer.BadParameter("Give two words, and before them the project folder if it is not this one.")
    folder, first, second = (".", *arguments)[-3:]
    return Path(folder), first, second


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise typer.BadParameter("That number is a whole number.")
    return int(text)


def _action(text: str) -> tuple[str, str, date | None]:
    what, owner, due = [one.strip() for one in (text + ";;").split(";")][:3]
    try:
        return what, owner, date.fromisoformat(due) if due else None
    except ValueError:
        raise typer.BadParameter("Write an action as what;owner;2026-12-31.") from None


def _label(simulated: bool) -> list[str]:
    return ["SIMULATED DECISIONS"] if simulated else []


def _case(one: Shown) -> Iterator[str]:
    yield f"{one.crime_id}  {one.force or 'force not recorded'}" + (
        "  (two readers differ)" if "two" in one.part else ""
    )
    yield f"  why: {one.why or 'The ranker brings it up.'}"
    yield f"  against: {one.why_not or '-'}"
    for hit in one.hits:
        yield f"  {hit['rule']} {hit['version']}: " + ", ".join(f"{f['name']} {f['value']}" for f in hit["fields"])
    yield from (f"  | {text}" for text in one.notes)
    yield from (f"  wording: {_mark(mark)}" for mark in one.marks)


def _mark(mark: Mark) -> str:
    seen = "; ".join([*["negated"] * mark.negated, *["reported speech"] * mark.quoted])
    return f"`{mark.words}`{f' ({seen})' if seen else ''} - better: {mark.better}. {mark.guidance}"


def _decided(done: Decided) -> Iterator[str]:
    yield from _label(done.simulated)
    yield f"{done.crime_id}: {done.settled or 'another reader comes next'}."
    if done.alert is not None:
        yield f"Alert {done.alert}: the lead and the force's safeguarding contact must be told now. The clock runs."


def _prices(prices: tuple[Price, ...]) -> Iterator[str]:
    for one in prices:
        cost = (
            "cannot be reached"
            if one.read is None
            else f"{one.read:,} to read at random ({100 * (one.share or 0):.0f}%)"
        )
        yield f"  {100 * one.target:g}% with {one.found:,} found and a sample that finds none: {cost}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count) or "none"


def _status(found: ReviewStatus) -> Iterator[str]:
    yield from _label(found.simulated)
    yield found.statement
    if found.recall_discounted is not None:
        yield f"Allowing for what readers miss, recall is at least {100 * found.recall_discounted:.1f}%."
    yield f"Read {found.read:,} of {found.cases:,}; found {found.found:,}."
    yield f"Settled: {_counts(found.settled)}. Waiting: {_counts(found.waiting)}."
    yield from _prices(found.prices)
    for opinion in found.opinions:
        value = "not estimable" if opinion.value is None else f"{opinion.value:.3f}"
        yield f"Second opinion ({opinion.rule}): {value}. {opinion.says}"
    agreed = found.agreement
    told = (agreed.kappa, agreed.ac1, found.alpha)
    kappa, ac1, alpha = ("not estimable" if one is None else f"{one:.3f}" for one in told)
    yield f"Read twice: {agreed.cases:,}. Cohen's kappa {kappa}; Gwet's AC1 {ac1}; Krippendorff's alpha {alpha}."
    for alert_ in found.alerts:
        if not alert_.seen:
            yield f"Alert {alert_.number}: a child may be at risk now; not taken up for {alert_.minutes:,.0f} minutes."
    unanswered = sum(one.accepted is None for one in found.referrals)
    yield f"Referrals: {len(found.referrals):,}, unanswered {unanswered:,}."
    yield f"Children recorded as offenders, for recommendation 3: {found.offenders:,}."
    if found.altered:
        yield f"{len(found.altered):,} events are not as the audit log has them."
