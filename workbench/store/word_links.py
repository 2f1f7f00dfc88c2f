"""Word links: which units wait for them, the links, what people decided, and words' translations."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.model import LinkDecision, LinkedUnit, WordLink
from workbench.store.reading import rows
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database

    from workbench.model import Unit

# Multiplied with a unit's number it gives numbers in no order, to take a sample by.
SCATTER = 2_654_435_761


# How links are made: older ones, made by a run that says a lower number or none, wait to be made again.
METHOD = 2
_OLDER = f"""(l.spaced = ? AND l.run_id IN (SELECT id FROM runs
  WHERE command = 'words' AND coalesce(json_extract(arguments, '$.method'), 1) < {METHOD})) IS TRUE"""


class UnitText(NamedTuple):
    """A unit's two texts, and whether its present text is linked by the present method."""

    unit_id: int
    source: str
    target: str
    linked: bool


class Look(NamedTuple):
    """A draft, and the words (source, target) of it that its model looked at, by number from 0."""

    text: str
    words: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class UnitLinks:
    """A unit's present links.  `version` is 0 while there are none; `spaced` says how words were cut."""

    version: int
    spaced: bool
    links: list[WordLink]


def unit_texts(
    db: Database,
    source_lang: str,
    target_lang: str,
    *,
    spaced: bool = False,
    after: int = 0,
    step: int = 1,
    size: int = 1000,
    decided: bool = False,
) -> list[UnitText]:
    """Current units with text on both sides, by number, after a number; of every `step` one.

    Links made by an older method, of words cut as `spaced` says, are none.  With `decided`, those about
    whose links a person decided.
    """
    # in the order of their numbers from the start: sorting each page would read all units for it
    only = "AND u.id IN (SELECT unit_id FROM word_link_edits)" if decided else ""
    found = db.conn.execute(
        f"""SELECT u.id, {SOURCE}, u.target, l.unit_id IS NOT NULL AND NOT {_OLDER}
        FROM units u NOT INDEXED CROSS JOIN documents d ON d.id = u.document_id
        LEFT JOIN linked_units l ON l.unit_id = u.id
        WHERE u.id > ? AND (u.id * {SCATTER} >> 16) % ? = 0 {only} AND u.target_lang = ? AND u.target <> ''
          AND d.lang = ? AND d.replaced_by IS NULL
          AND EXISTS (SELECT 1 FROM unit_segments us WHERE us.unit_id = u.id)
        ORDER BY u.id LIMIT ?""",
        (spaced, after, step, target_lang, source_lang, size),
    )
    return [
        UnitText(unit_id, source, target, bool(linked)) for unit_id, source, target, linked in found
    ]


def count_unit_texts(
    db: Database, source_lang: str, target_lang: str, *, spaced: bool
) -> tuple[int, int, int]:
    """How many units have text on both sides, how many of those are linked, and by an older method."""
    found = db.conn.execute(
        f"""SELECT count(*), count(l.unit_id), coalesce(sum({_OLDER}), 0)
        FROM units u JOIN documents d ON d.id = u.document_id
        LEFT JOIN linked_units l ON l.unit_id = u.id
        WHERE u.target_lang = ? AND u.target <> '' AND d.lang = ? AND d.replaced_by IS NULL""",
        (spaced, target_lang, source_lang),
    ).fetchone()
    total, linked, older = map(int, found)
    return total, linked - older, older


def unit_links(db: Database, unit_id: int) -> UnitLinks:
    """The present links of a unit."""
    row = db.conn.execute(
        "SELECT version, spaced FROM linked_units WHERE unit_id = ?", (unit_id,)
    ).fetchone()
    if row is None:
        return UnitLinks(0, spaced=False, links=[])
    found = db.conn.execute(
        """SELECT l.source, l.target, s.text, t.text, l.probability, l.made_by FROM word_links l
        JOIN words s ON s.id = l.source_word JOIN words t ON t.id = l.target_word
        WHERE l.unit_id = ? ORDER BY l.source, l.target""",
        (unit_id,),
    )
    return UnitLinks(row[0], spaced=bool(row[1]), links=[WordLink(*link) for link in found])


def with_links(db: Database, units: Iterable[Unit]) -> Iterator[LinkedUnit]:
    """Those of the units that are linked, with their links."""
    for unit in units:
        found = unit_links(db, unit.unit_id)
        if found.version:
            yield LinkedUnit(**asdict(unit), links=tuple(found.links), spaced=found.spaced)


def link_decisions(db: Database, unit_ids: Iterable[int]) -> dict[int, list[LinkDecision]]:
    """What people decided about links, by unit, the latest last."""
    found = db.conn.execute(
        """SELECT unit_id, source, target, source_text, target_text, linked, actor
        FROM word_link_edits WHERE unit_id IN (SELECT value FROM json_each(?)) ORDER BY id""",
        (json.dumps(list(unit_ids)),),
    )
    decisions: dict[int, list[LinkDecision]] = {}
    for unit_id, source, target, source_text, target_text, linked, actor in found:
        decision = LinkDecision(source, target, source_text, target_text, bool(linked), actor)
        decisions.setdefault(unit_id, []).append(decision)
    return decisions


def looks(db: Database, unit_ids: Iterable[int]) -> dict[int, Look]:
    """What a model looked at as it wrote a draft of a unit, where that was kept.

    Of several drafts the one that is the unit's text, else the one it was made of, else the latest.
    """
    found = db.conn.execute(
        """SELECT m.unit_id, m.text, m.links FROM matches m JOIN units u ON u.id = m.unit_id
        WHERE m.unit_id IN (SELECT value FROM json_each(?)) AND m.links <> '' AND m.lang = ''
        ORDER BY m.text = u.target, m.id = u.match_id, m.id""",
        (json.dumps(list(unit_ids)),),
    )
    return {unit_id: Look(text, _places(links)) for unit_id, text, links in found}


def _places(links: str) -> list[tuple[int, int]]:
    pairs = (link.partition("-") for link in links.split())
    return [(int(source), int(target)) for source, _, target in pairs]


def pair_counts(
    db: Database, langs: tuple[str, str], sources: Iterable[str], targets: Iterable[str]
) -> list[tuple[str, str, int]]:
    """How often words of one set were linked to words of the other in the whole database."""
    return db.conn.execute(
        """SELECT s.text, t.text, p.links FROM words s JOIN word_pairs p ON p.source_word = s.id
        JOIN words t ON t.id = p.target_word
        WHERE s.lang = ? AND s.text IN (SELECT value FROM json_each(?))
          AND t.lang = ? AND t.text IN (SELECT value FROM json_each(?))""",
        (langs[0], json.dumps(list(sources)), langs[1], json.dumps(list(targets))),
    ).fetchall()


def word_translations(
    db: Database, word: str, *, target_lang: str | None = None, limit: int = 20
) -> list[dict[str, Any]]:
    """What a word of either side was linked to, the most frequent first, with an example each.

    Case, the form of an apostrophe, and a hyphen before the word do not matter.
    """
    plain = word.lower().replace("’", "'")
    forms = {plain, f"-{plain}", plain.replace("'", "’")}
    # each side by its own index; what is shown of a pair is looked up for the few that are shown
    found = db.conn.execute(
        """WITH wanted AS (SELECT id FROM words WHERE text IN (SELECT value FROM json_each(?))),
        found AS (SELECT * FROM word_pairs WHERE source_word IN (SELECT id FROM wanted)
          UNION SELECT * FROM word_pairs WHERE target_word IN (SELECT id FROM wanted))
        SELECT s.lang, t.lang, s.text, t.text FROM found p
        JOIN words s ON s.id = p.source_word JOIN words t ON t.id = p.target_word
        WHERE ? IN ('', t.lang) AND s.text <> '' AND t.text <> ''
        ORDER BY p.links DESC, s.text, t.text LIMIT ?""",
        (json.dumps(sorted(forms)), target_lang or "", limit),
    ).fetchall()
    return [
        row
        for pair in found
        for row in rows(
            db,
            """SELECT * FROM word_links_text WHERE source_lang = ? AND target_lang = ?
            AND source_word = ? AND target_word = ?""",
            pair,
        )
    ]
