"""Reads bitexts: what an aligner needs, what it said, what is left over; keeps what it learned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import MutableMapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from workbench.model import Passage, Tables, TextPair
from workbench.store.alignments import Bitext, pins
from workbench.store.database import writing
from workbench.store.reading import rows
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

# How many beads to look at first a summary names.
FIRST = 5
# Entries of a lexicon kept for a language pair, the most frequent first.
LEXICON_SIZE = 400_000


def bitext(db: Database, document_id: int, target_lang: str) -> dict[str, Any] | None:
    """The row of a bitext with both documents' names; None if there is none."""
    found = rows(
        db,
        "SELECT b.*, s.path AS document, s.title, s.lang AS source_lang, t.path AS target_document,"
        " t.title AS target_title FROM bitexts b JOIN documents s ON s.id = b.document_id"
        " JOIN documents t ON t.id = b.target_document_id"
        " WHERE b.document_id = ? AND b.target_lang = ?",
        (document_id, target_lang),
    )
    return found[0] if found else None


def is_newer_version(db: Database, document_id: int, older_id: int) -> bool:
    """Whether a document took the place of another, perhaps over several versions."""
    query = "SELECT replaced_by FROM documents WHERE id = ?"
    while (row := db.conn.execute(query, (older_id,)).fetchone()) and row[0] is not None:
        older_id = row[0]
        if older_id == document_id:
            return True
    return False


def text_pair(db: Database, texts: Bitext, source_lang: str) -> TextPair:
    """Both texts as an aligner sees them, with the drafts that are there and the beads to keep."""
    return TextPair(
        _passages(db, texts.document_id),
        _passages(db, texts.target_document_id),
        _drafts(db, texts.document_id, texts.target_lang),
        _drafts(db, texts.target_document_id, source_lang),
        pins(db, texts),
    )


def _passages(db: Database, document_id: int) -> list[Passage]:
    query = "SELECT text, block, kind FROM segments WHERE document_id = ? ORDER BY position"
    return [Passage(*row) for row in db.conn.execute(query, (document_id,))]


def _drafts(db: Database, document_id: int, target_lang: str) -> list[str] | None:
    query = "SELECT id FROM segments WHERE document_id = ? ORDER BY position"
    ids = [row[0] for row in db.conn.execute(query, (document_id,))]
    return drafts_of(db, ids, target_lang)


def drafts_of(db: Database, segment_ids: Sequence[int], target_lang: str) -> list[str] | None:
    """The machine's latest draft of each segment, empty where there is none; None if there are none."""
    found: dict[int, str] = dict(
        db.conn.execute(
            """SELECT us.segment_id, (SELECT m.text FROM matches m WHERE m.unit_id = u.id
                AND m.type = 'mt' AND m.lang = '' ORDER BY m.id DESC LIMIT 1) AS draft
            FROM unit_segments us JOIN units u ON u.id = us.unit_id
            WHERE us.segment_id IN (SELECT value FROM json_each(?)) AND u.target_lang = ?
              AND draft IS NOT NULL
              AND (SELECT count(*) FROM unit_segments n WHERE n.unit_id = u.id) = 1""",
            (json.dumps(segment_ids), target_lang),
        ).fetchall()
    )
    return [found.get(segment, "") for segment in segment_ids] if found else None


def beads(db: Database, document_id: int, target_lang: str) -> Iterator[dict[str, Any]]:
    """The beads of a bitext in reading order; `source` and `target` are 0-based places in the texts.

    In a text with one segment a line these are the numbers of the lines, blank ones counted.
    """
    row = bitext(db, document_id, target_lang)
    if row is None:
        return
    sides = [_places(db, row["document_id"]), _places(db, row["target_document_id"])]
    for bead in db.conn.execute(
        """SELECT u.id, u.position, u.target, b.type, b.confidence, b.crossing, b.confirmed_at IS NOT NULL,
          (SELECT group_concat(segment_id) FROM (SELECT segment_id FROM unit_segments t
             WHERE t.unit_id = u.id ORDER BY t.position)),
          (SELECT group_concat(segment_id) FROM (SELECT segment_id FROM unit_targets t
             WHERE t.unit_id = u.id ORDER BY t.position))
        FROM units u JOIN beads b ON b.unit_id = u.id
        WHERE u.document_id = ? AND u.target_lang = ? ORDER BY u.position""",
        (document_id, target_lang),
    ):
        source, target = (
            [side[int(n)] for n in (ids or "").split(",") if int(n or -1) in side]
            for side, ids in zip(sides, bead[7:], strict=True)
        )
        yield {
            "unit_id": bead[0],
            "position": bead[1],
            "text": bead[2],
            "type": bead[3],
            "confidence": 1.0 if bead[6] else bead[4],
            "crossing": bool(bead[5]),
            "source": source,
            "target": target,
        }


def _places(db: Database, document_id: int) -> dict[int, int]:
    """The place of each segment in its text: its line's number, or how many segments are before it."""
    found = db.conn.execute(
        'SELECT id, "start" FROM segments WHERE document_id = ? ORDER BY position', (document_id,)
    ).fetchall()
    format_name, content, encoding = db.conn.execute(
        "SELECT d.format, o.content, o.encoding FROM documents d LEFT JOIN originals o"
        " ON o.document_id = d.id WHERE d.id = ?",
        (document_id,),
    ).fetchone()
    if format_name != "lines" or content is None:
        return {row[0]: place for place, row in enumerate(found)}
    text = content.decode(encoding)
    places: dict[int, int] = {}
    line = at = 0
    for segment_id, start in found:
        line += text.count("\n", at, start)
        at = start
        places[segment_id] = line
    return places


def summary(db: Database, document_id: int, target_lang: str) -> dict[str, Any]:
    """What came of an alignment: beads by type, what is left over, where to look first."""
    row = bitext(db, document_id, target_lang) or {}
    found = list(beads(db, document_id, target_lang))
    types: dict[str, int] = {}
    for bead in found:
        types[bead["type"]] = types.get(bead["type"], 0) + 1
    sure = [bead["confidence"] for bead in found]
    return {
        **{key: row.get(key) for key in (
            "document_id", "document", "target_document_id", "target_document", "source_lang",
            "target_lang", "aligner", "fit",
        )},
        "warnings": json.loads(row.get("warnings") or "[]"),
        "beads": len(found),
        "types": dict(sorted(types.items(), key=lambda item: (-item[1], item[0]))),
        "mean_confidence": round(sum(sure) / len(sure), 3) if sure else None,
        "unaligned": _left_over(found),
        "crossing": _stretches(found),
        "look_first": _look_first(db, document_id, target_lang),
    }  # fmt: skip


def _left_over(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stretches of one text that have nothing in the other, the longest first."""
    parts = []
    for side, stretch in groupby(found, key=_missing):
        if side:
            places = [place for bead in stretch for place in bead[side]]
            if places:
                parts.append(
                    {"side": side, "first": places[0], "last": places[-1], "segments": len(places)}
                )
    return sorted(parts, key=lambda part: (-part["segments"], part["side"], part["first"]))


def _missing(bead: dict[str, Any]) -> str:
    if not bead["target"]:
        return "source"
    return "" if bead["source"] else "target"


def _stretches(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stretches of the source whose translation stands elsewhere."""
    parts = []
    for crosses, stretch in groupby(found, key=lambda bead: bead["crossing"]):
        beads_there = [bead for bead in stretch if bead["source"] and bead["target"]]
        if crosses and beads_there:
            first, last = beads_there[0], beads_there[-1]
            parts.append(
                {"source": [first["source"][0], last["source"][-1]],
                 "target": [first["target"][0], last["target"][-1]]}
            )  # fmt: skip
    return parts


def _look_first(db: Database, document_id: int, target_lang: str) -> list[dict[str, Any]]:
    return rows(
        db,
        f"SELECT u.id AS unit_id, u.position, b.type, b.confidence, {SOURCE} AS source, u.target"
        " FROM bitexts t JOIN beads b ON b.bitext_id = t.id JOIN units u ON u.id = b.unit_id"
        " JOIN documents d ON d.id = u.document_id"
        " WHERE t.document_id = ? AND t.target_lang = ? AND b.confirmed_at IS NULL"
        " ORDER BY b.confidence, b.unit_id LIMIT ?",
        (document_id, target_lang, FIRST),
    )


def lexicon(db: Database, source_lang: str, target_lang: str) -> Tables:
    """What earlier alignments of a language pair learned, in either direction."""
    query = "SELECT source, target, count FROM lexicon WHERE source_lang = ? AND target_lang = ?"
    there = db.conn.execute(query, (source_lang, target_lang)).fetchall()
    back = db.conn.execute(query, (target_lang, source_lang)).fetchall()
    return Tables([*there, *Tables(back).reversed().rows])


def add_lexicon(db: Database, source_lang: str, target_lang: str, learned: Tables) -> None:
    """Add what an alignment learned to what is known; the rarest entries make room for others."""
    with writing(db):
        db.conn.executemany(
            "INSERT INTO lexicon VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET count = count + excluded.count",
            [(source_lang, target_lang, *row) for row in learned.rows],
        )
        db.conn.execute(
            "DELETE FROM lexicon WHERE source_lang = :a AND target_lang = :b AND count < ("
            "SELECT count FROM lexicon WHERE source_lang = :a AND target_lang = :b"
            " ORDER BY count DESC LIMIT 1 OFFSET :size)",
            {"a": source_lang, "b": target_lang, "size": LEXICON_SIZE},
        )


class Parts(MutableMapping[str, bytes]):
    """The finished parts of a long alignment, kept in the database until it is stored."""

    def __init__(self, db: Database, origin: str, pairs: Sequence[TextPair]) -> None:
        digest = hashlib.blake2b(origin.encode(), digest_size=16)
        for pair in pairs:
            digest.update(repr(pair).encode("utf-8", "surrogatepass"))
        self._db = db
        self.job = digest.hexdigest()

    def __getitem__(self, part: str) -> bytes:
        row = self._db.conn.execute(
            "SELECT content FROM alignment_parts WHERE job = ? AND part = ?", (self.job, part)
        ).fetchone()
        if row is None:
            raise KeyError(part)
        return bytes(row[0])

    def __setitem__(self, part: str, content: bytes) -> None:
        with writing(self._db):
            self._db.conn.execute(
                "INSERT OR REPLACE INTO alignment_parts VALUES (?, ?, ?)", (self.job, part, content)
            )

    def __delitem__(self, part: str) -> None:
        self[part]
        with writing(self._db):
            self._db.conn.execute(
                "DELETE FROM alignment_parts WHERE job = ? AND part = ?", (self.job, part)
            )

    def __iter__(self) -> Iterator[str]:
        query = "SELECT part FROM alignment_parts WHERE job = ?"
        return iter([row[0] for row in self._db.conn.execute(query, (self.job,))])

    def __len__(self) -> int:
        query = "SELECT count(*) FROM alignment_parts WHERE job = ?"
        return int(self._db.conn.execute(query, (self.job,)).fetchone()[0])

    def clear(self) -> None:
        """Forget all parts, also those of jobs that nobody took up again."""
        with writing(self._db):
            self._db.conn.execute("DELETE FROM alignment_parts")
