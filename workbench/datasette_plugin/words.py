"""The addresses of a unit's word links: show them, and take what a person decides about one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasette import NotFound, Response

from workbench import lang, lexicon, store
from workbench.datasette_plugin import responses
from workbench.datasette_plugin.identity import rules
from workbench.datasette_plugin.requests import TOO_LARGE, Work, writes
from workbench.errors import ConflictError, InputError, StoreError
from workbench.model import LinkDecision, WordLink
from workbench.store import Edit, LinkWriter, UnitText
from workbench.wordlinks.tokens import Token, tokens

if TYPE_CHECKING:
    from workbench.model import Unit
    from workbench.store import Database


@dataclass(frozen=True, slots=True)
class Shown:
    """A unit's words and links as a person sees them."""

    unit: Unit
    version: int
    spaced: bool
    source: list[Token]
    target: list[Token]
    links: list[WordLink]

    @property
    def text(self) -> str:
        """What names the two texts: other texts have another."""
        both = f"{self.unit.source}\0{self.unit.target}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(both).hexdigest()[:16]


async def words(datasette: Any, request: Any) -> Response:
    """The words and links of a unit (GET), or a person's decision about one link (POST)."""
    if request.method == "POST":
        response: Response = await _posted(datasette, request)
        return response
    database = await responses.workbench_database(datasette, request)
    return responses.json(_answer(await _read(database, request)))


async def page(datasette: Any, request: Any) -> Response:
    """A unit's words and links as a page that needs no script."""
    database = await responses.workbench_database(datasette, request)
    shown = await _read(database, request)
    unit, links = shown.unit, shown.links
    linked = {link.source for link in links}, {link.target for link in links}
    sides = ((unit.source_lang, shown.source), (unit.target_lang, shown.target))
    source, target = (
        {"lang": of, "dir": lang.direction(of), "words": [word.text for word in words]}
        for of, words in sides
    )
    context = {
        "unit": unit,
        "version": shown.version,
        "text": shown.text,
        "source": source,
        "target": target,
        "made": links,
        "alone": [
            [at for at in range(len(words)) if at not in partners]
            for (_, words), partners in zip(sides, linked, strict=True)
        ],
    }
    return await responses.page(datasette, request, "links", context)


async def _read(database: Any, request: Any) -> Shown:
    """The unit in the address.  Raises NotFound."""
    unit_id = min(int(request.url_vars["unit_id"][:20]), TOO_LARGE - 1)
    try:
        return await responses.read(database, lambda db: _shown(db, unit_id))
    except StoreError as error:
        raise NotFound(str(error)) from error


async def _decide(work: Work) -> Response:
    allowed, unit_id, sent = rules(work.datasette), work.unit_id, work.sent
    version, text = sent.whole("version"), sent.text("text")
    place = sent.whole("source"), sent.whole("target")
    linked = sent.flag("linked")
    before = await responses.read(work.database, lambda db: _shown(db, unit_id))
    if (before.version, before.text) != (version, text):
        return _conflict(work, before)
    decision = _decision(before, place, work.actor, linked=linked)

    def change(db: Database) -> None:
        store.check_edit(db, Edit(unit_id, 0, work.actor), allowed)
        unit = before.unit
        writer = LinkWriter(db, unit.source_lang, unit.target_lang, spaced=before.spaced)
        present = UnitText(unit_id, unit.source, unit.target, bool(version))
        store.decide_link(db, present, version, decision, (writer, before.links))

    try:
        await responses.write(work.database, change)
    except ConflictError:
        after = await responses.read(work.database, lambda db: _shown(db, unit_id))
        return _conflict(work, after)
    after = await responses.read(work.database, lambda db: _shown(db, unit_id))
    return work.answer(_answer(after), f"/-/workbench/unit/{unit_id}/links")


_posted = writes(_decide)


def _conflict(work: Work, shown: Shown) -> Response:
    """What is there now, so that nobody decides about what they do not see.

    Raises ConflictError for a form, which goes back to a page that shows it.
    """
    error = "The text or its links were changed meanwhile; look at them and decide again"
    if not work.sent.by_script:
        raise ConflictError(error)
    return responses.json({"ok": False, "error": error, **_answer(shown)}, 409)


def _decision(shown: Shown, place: tuple[int, int], actor: str, *, linked: bool) -> LinkDecision:
    i, j = place
    if not (0 <= i < len(shown.source) and 0 <= j < len(shown.target)):
        raise InputError(f"unit {shown.unit.unit_id} has no words {i} and {j}; look at it again")
    return LinkDecision(i, j, shown.source[i].text, shown.target[j].text, linked, actor)


def _shown(db: Database, unit_id: int) -> Shown:
    """A unit's links, as stored, or made now if its present text has none yet."""
    unit = store.unit(db, unit_id)
    stored = store.unit_links(db, unit_id)
    source = tokens(unit.source, unit.source_lang, spaced=stored.spaced)
    target = tokens(unit.target, unit.target_lang, spaced=stored.spaced)
    links = stored.links if stored.version else _made(db, unit)
    return Shown(unit, stored.version, stored.spaced, source, target, links)


def _made(db: Database, unit: Unit) -> list[WordLink]:
    from workbench.wordlinks.phrases import conceivable
    from workbench.wordlinks.single import link_pair
    from workbench.wordlinks.unit import unit_words

    ids, langs = [unit.unit_id], (unit.source_lang, unit.target_lang)
    words = unit_words(
        (unit.source, unit.target),
        langs,
        store.link_decisions(db, ids).get(unit.unit_id, ()),
        store.looks(db, ids).get(unit.unit_id),
    )
    elsewhere = store.pair_counts(db, langs, conceivable(words.source), conceivable(words.target))
    return words.decided(link_pair(words.pair(), lexicon.load(*langs), elsewhere))


def _answer(shown: Shown) -> dict[str, Any]:
    unit = shown.unit
    return {
        "version": shown.version,
        "text": shown.text,
        "source": _side(unit.source, unit.source_lang, shown.source),
        "target": _side(unit.target, unit.target_lang, shown.target),
        "links": [
            [link.source, link.target, round(link.probability, 2), link.made_by]
            for link in shown.links
        ],
    }


def _side(text: str, language: str, words: list[Token]) -> dict[str, Any]:
    """A text as pieces: before each word what separates it from the last, at the end the rest."""
    ends = [0, *(word.end for word in words)]
    gaps = [text[end : word.start] for end, word in zip(ends, words, strict=False)]
    return {
        "lang": language,
        "dir": lang.direction(language),
        "words": [[gap, word.text] for gap, word in zip(gaps, words, strict=True)],
    }
