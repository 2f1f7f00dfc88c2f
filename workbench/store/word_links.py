"""Word links: which units wait for them, the links, what people decided, and words' translations."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.errors import ConflictError, StoreError
from workbench.model import LinkDecision, LinkedUnit, WordLink
from workbench.store.database import now, writing
from workbench.store.reading import rows
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from workbench.model import Unit

# Word numbers kept at hand while links are stored; far more than a language has frequent words.
REMEMBERED = 500_000
_WORDS: tuple[Callable[[WordLink], str], ...] = attrgetter("source_word"), attrgetter("target_word")
# Multiplied with a unit's number it gives numbers in no order, to take a sample by.
SCATTER = 2_654_435_761


class UnitText(NamedTuple):
    """A unit's two texts, and whether its present text is linked."""

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
    after: int = 0,
    step: int = 1,
    size: int = 1000,
    decided: bool = False,
) -> list[UnitText]:
    """Current units with text on both sides, by number, after a number; of every `step` one.

    With `decided`, those about whose links a person decided.
    """
    # in the order of their numbers from the start: sorting each page would read all units for it
    only = "AND u.id IN (SELECT unit_id FROM word_link_edits)" if decided else ""
    found = db.conn.execute(
        f"""SELECT u.id, {SOURCE}, u.target, l.unit_id IS NOT NULL
        FROM units u NOT INDEXED CROSS JOIN documents d ON d.id = u.document_id
        LEFT JOIN linked_units l ON l.unit_id = u.id
        WHERE u.id > ? AND (u.id * {SCATTER} >> 16) % ? = 0 {only} AND u.target_lang = ? AND u.target <> ''
          AND d.lang = ? AND d.replaced_by IS NULL
          AND EXISTS (SELECT 1 FROM unit_segments us WHERE us.unit_id = u.id)
        ORDER BY u.id LIMIT ?""",
        (after, step, target_lang, source_lang, size),
    )
    return [
        UnitText(unit_id, source, target, bool(linked)) for unit_id, source, target, linked in found
    ]


def count_unit_texts(db: Database, source_lang: str, target_lang: str) -> tuple[int, int]:
    """How many units have text on both sides, and how many of those are linked."""
    all_units, linked = db.conn.execute(
        """SELECT count(*), count(l.unit_id) FROM units u JOIN documents d ON d.id = u.document_id
        LEFT JOIN linked_units l ON l.unit_id = u.id
        WHERE u.target_lang = ? AND u.target <> '' AND d.lang = ? AND d.replaced_by IS NULL""",
        (target_lang, source_lang),
    ).fetchone()
    return int(all_units), int(linked)


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


class LinkWriter:
    """Stores links of one language pair; remembers the numbers of words between calls."""

    def __init__(self, db: Database, source_lang: str, target_lang: str, *, spaced: bool) -> None:
        self._db = db
        self._langs = source_lang, target_lang
        self._spaced = spaced
        self._known: dict[str, dict[str, int]] = {source_lang: {}, target_lang: {}}

    def save(
        self, linked: Sequence[tuple[UnitText, Sequence[WordLink]]], run_id: int | None = None
    ) -> int:
        """Store units' links in place of older ones; returns how many units.

        Passed over is a unit whose target changed since its text was read.
        """
        with writing(self._db):
            present = dict(
                self._db.conn.execute(
                    "SELECT id, target FROM units WHERE id IN (SELECT value FROM json_each(?))",
                    (json.dumps([unit.unit_id for unit, _ in linked]),),
                )
            )
            same = [
                (unit.unit_id, links)
                for unit, links in linked
                if present.get(unit.unit_id) == unit.target
            ]
            self._replace(same, run_id)
        return len(same)

    def _replace(
        self, linked: Sequence[tuple[int, Sequence[WordLink]]], run_id: int | None
    ) -> None:
        execute, executemany = self._db.conn.execute, self._db.conn.executemany
        ids = json.dumps([unit_id for unit_id, _ in linked])
        execute("DELETE FROM word_links WHERE unit_id IN (SELECT value FROM json_each(?))", (ids,))
        executemany(
            """INSERT INTO linked_units (unit_id, version, spaced, linked_at, run_id)
            VALUES (?, 1, ?, ?, ?) ON CONFLICT (unit_id) DO UPDATE SET version = version + 1,
            spaced = excluded.spaced, linked_at = excluded.linked_at, run_id = excluded.run_id""",
            [(unit_id, self._spaced, now(), run_id) for unit_id, _ in linked],
        )
        self.insert(linked)

    def insert(self, linked: Sequence[tuple[int, Sequence[WordLink]]]) -> None:
        """Add links, with their sums, to units that are linked; inside a transaction."""
        if sum(map(len, self._known.values())) > REMEMBERED:
            self._known = {lang: {} for lang in self._langs}
        source, target = (
            self._numbers(lang, {word(link) for _, links in linked for link in links})
            for word, lang in zip(_WORDS, self._langs, strict=True)
        )
        stored = [
            (unit_id, i, j, source[first], target[second], share, made_by)
            for unit_id, links in linked
            for i, j, first, second, share, made_by in links
        ]
        self._db.conn.executemany("INSERT INTO word_links VALUES (?, ?, ?, ?, ?, ?, ?)", stored)
        pairs = [(row[3], row[4]) for row in stored]
        # the last that is set stays: the first unit
        example = {
            pair: row[0] for pair, row in zip(reversed(pairs), reversed(stored), strict=True)
        }
        self._db.conn.executemany(
            """INSERT INTO word_pairs VALUES (?, ?, ?, ?) ON CONFLICT (source_word, target_word)
            DO UPDATE SET links = links + excluded.links,
            unit_id = coalesce(unit_id, excluded.unit_id)""",
            [(*pair, count, example[pair]) for pair, count in sorted(Counter(pairs).items())],
        )

    def _numbers(self, lang: str, wanted: set[str]) -> dict[str, int]:
        """The numbers of words of a language, these and others; new words get one."""
        known = self._known[lang]
        new = sorted(wanted.difference(known))
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO words (lang, text) VALUES (?, ?)", [(lang, text) for text in new]
        )
        known.update(
            self._db.conn.execute(
                "SELECT text, id FROM words WHERE lang = ?"
                " AND text IN (SELECT value FROM json_each(?))",
                (lang, json.dumps(new)),
            )
        )
        return known


def decide_link(
    db: Database,
    unit: UnitText,
    version: int,
    decision: LinkDecision,
    base: tuple[LinkWriter, Sequence[WordLink]],
) -> int:
    """Store a person's decision about a link of a unit; returns the links' new version.

    `base` writes links of the pair, and has the links that were shown if none are stored (version 0).
    Raises ConflictError if text or links changed since they were shown, StoreError without the unit.
    """
    writer, shown = base
    with writing(db):
        row = db.conn.execute("SELECT target FROM units WHERE id = ?", (unit.unit_id,)).fetchone()
        if row is None:
            raise StoreError(
                f"there is no unit {unit.unit_id}; look its number up in the view bitext"
            )
        if row[0] != unit.target or unit_links(db, unit.unit_id).version != version:
            raise ConflictError(f"unit {unit.unit_id} was changed meanwhile; look at it again")
        if version == 0:
            writer.save([(unit, shown)])
        db.conn.execute(
            "INSERT INTO word_link_edits (unit_id, source, target, source_text, target_text, linked,"
            " actor, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (unit.unit_id, *decision, now()),
        )
        place = (unit.unit_id, decision.source, decision.target)
        db.conn.execute(
            "DELETE FROM word_links WHERE unit_id = ? AND source = ? AND target = ?", place
        )
        if decision.linked:
            link = WordLink(
                decision.source, decision.target, decision.source_text.lower(),
                decision.target_text.lower(), 1.0, decision.actor,
            )  # fmt: skip
            writer.insert([(unit.unit_id, [link])])
        db.conn.execute(
            "UPDATE linked_units SET version = version + 1 WHERE unit_id = ?", (unit.unit_id,)
        )
    return unit_links(db, unit.unit_id).version
