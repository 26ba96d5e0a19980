"""`tandem dead-letters`: what the services could not process, why, and putting it back once the cause is mended."""

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table

from tandem.commands.options import AsJson
from tandem.errors import CommandFailed, Exit
from tandem.letters.kafka import Kafka, kafka_of
from tandem.letters.letter import Letter, Place, letters_in
from tandem.letters.replaying import WORDS, Replay, replay
from tandem.session import Json, Session, session_of

app = typer.Typer(no_args_is_help=True, help="What the services could not process: list, show, put back.")

Topic = Annotated[str | None, typer.Option(help="Only of this topic, e.g. calendar.events.v1.")]
Reason = Annotated[str | None, typer.Option(help="Only with this reason, e.g. handler_failed.")]
_SHOWN_BYTES = 4000


@app.command("list")
def list_letters(
    context: typer.Context,
    topic: Topic = None,
    reason: Reason = None,
    replayed: Annotated[bool, typer.Option("--replayed", help="Show those too that were put back.")] = False,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first."""
    session = session_of(context, as_json)
    kafka = kafka_of(session.settings)
    found = [one for one in asyncio.run(_letters(kafka, topic)) if _is_wanted(one, reason, replayed=replayed)]
    if as_json:
        session.say({"items": [_row(one) for one in found]})
        return
    table = Table("letter", "at", "reason", "error", "key", "bytes", "put back", caption=f"{len(found)} dead letters")
    for one in found:
        row = _row(one)
        cut = f" (cut: {', '.join(one.cut)})" if one.cut else ""
        back = (row["replayed_at"] or "")[:19]
        table.add_row(row["id"], row["at"][:19], one.reason, row["error"][:120], row["key"], f"{one.size}{cut}", back)
    session.stdout.print(table)


@app.command("show")
def show(
    context: typer.Context,
    letter: Annotated[str, typer.Argument(help="A dead letter, as `list` names it.")],
    whole: Annotated[bool, typer.Option("--whole", help="Print all of a large value.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter with its headers and value. Values are content: mind who looks over your shoulder."""
    session = session_of(context, as_json)
    found = asyncio.run(_letter(kafka_of(session.settings), letter))
    text = (found.value or b"").decode(errors="backslashreplace")
    if as_json:
        headers = {name: value.decode(errors="backslashreplace") for name, value in found.headers}
        session.say(_row(found) | {"headers": headers, "about": dict(found.about), "value": text})
        return
    for name, value in [*sorted(found.about.items()), *((name, value.decode()) for name, value in found.headers)]:
        session.stdout.print(f"{name}: {value}", markup=False, highlight=False)
    shown = _pretty(text) if whole or len(text) <= _SHOWN_BYTES else f"{text[:_SHOWN_BYTES]} … (--whole shows the rest)"
    session.stdout.print(shown, markup=False, highlight=False)


@app.command("replay")
def replay_letters(
    context: typer.Context,
    letters: Annotated[list[str] | None, typer.Argument(help="Dead letters, as `list` names them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that --topic and --reason leave.")] = False,
    topic: Topic = None,
    reason: Reason = None,
    again: Annotated[bool, typer.Option("--again", help="Also those that were put back before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put dead letters back on their topics, each with its key and once; mend the cause first.

    All consumers of the topic get the record again; those that took it in before pass over it. Ends with 1 where one
    could not be put back: it says why.
    """
    session = session_of(context, as_json)
    if bool(letters) == everything:
        raise CommandFailed(Exit.USAGE, "name dead letters, or give --all")
    kafka = kafka_of(session.settings)
    done = asyncio.run(_replayed(session, kafka, letters or [], topic=topic, reason=reason, again=again))
    if as_json:
        session.say({"items": [_outcome(one) for one in done]})
    else:
        for one in done:
            session.stdout.print(_sentence(one), highlight=False, markup=False)
    if any(one.refused for one in done):
        raise typer.Exit(Exit.FOUND)


async def _replayed(
    session: Session, kafka: Kafka, names: Sequence[str], *, topic: str | None, reason: str | None, again: bool
) -> list[Replay]:
    if names:
        found = [await _letter(kafka, name) for name in names]
    else:
        found = [one for one in await _letters(kafka, topic) if _is_wanted(one, reason, replayed=again)]
    bar = track(found, "putting back", console=session.stderr, transient=True, disable=session.as_json)
    return [await replay(kafka, one, again=again) for one in bar]


async def _letters(kafka: Kafka, topic: str | None) -> list[Letter]:
    topics = await kafka.dead_letter_topics()
    wanted = [one for one in topics if topic is None or one == f"{topic}.dlq"]
    if topic and not wanted:
        raise CommandFailed(Exit.NOT_FOUND, f"there is no topic {topic}.dlq")
    return letters_in(await kafka.records(wanted))


async def _letter(kafka: Kafka, name: str) -> Letter:
    place = Place.of_letter(name)
    found = [one for one in await _letters(kafka, place.topic.removesuffix(".dlq")) if one.place == place]
    if not found:
        raise CommandFailed(Exit.NOT_FOUND, f"there is no dead letter {name}")
    return found[0]


def _is_wanted(letter: Letter, reason: str | None, *, replayed: bool) -> bool:
    return (reason is None or letter.reason == reason) and (replayed or letter.replayed_at is None)


def _row(letter: Letter) -> Json:
    return {
        "id": letter.place.name,
        "topic": letter.topic,
        "at": letter.at.isoformat(),
        "reason": letter.reason,
        "error": letter.about.get("dlq_error", ""),
        "group": letter.about.get("dlq_group"),
        "key": (letter.key or b"").decode(errors="backslashreplace"),
        "bytes": letter.size,
        "cut": list(letter.cut),
        "source": letter.source.name if letter.source else None,
        "replayed_at": letter.replayed_at.isoformat() if letter.replayed_at else None,
    }


def _outcome(done: Replay) -> Json:
    place = {"topic": done.letter.topic, "partition": done.partition, "offset": done.offset}
    outcome = {"whole_from_source": done.whole_from_source, "refused": done.refused}
    return {"id": done.letter.place.name, **place, **outcome}


def _sentence(done: Replay) -> str:
    name = done.letter.place.name
    if done.refused:
        return f"{name} {WORDS[done.refused]}"
    whole = ", the whole record from its topic" if done.whole_from_source and done.letter.cut else ""
    return f"{name} is on {done.letter.topic} again, at {done.partition}:{done.offset}{whole}"


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
