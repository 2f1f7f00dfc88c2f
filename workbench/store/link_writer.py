"""Writes word links with their sums, and what people decided about them."""

from __future__ import annotations

import json
from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING

from workbench.errors import ConflictError, StoreError
from workbench.model import LinkDecision, WordLink
from workbench.store.database import now, writing
from workbench.store.word_links import UnitText, unit_links

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlite_utils import Database

# Word numbers kept at hand while links are stored; far more than a language has frequent words.
REMEMBERED = 500_000
_WORDS: tuple[Callable[[WordLink], str], ...] = attrgetter("source_word"), attrgetter("target_word")


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
