"""Carries units to a new version of their document, with what people did to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.store.cutting import split_segments
from workbench.store.hashing import text_hash
from workbench.store.units import ensure_units

if TYPE_CHECKING:
    from sqlite_utils import Database


def carry_over(db: Database, old_id: int, new_id: int) -> int:
    """Move units to the new version where all their segments are still there; returns how many.

    The k-th sentence with a text becomes the k-th sentence with that text: linear, and right for
    refrains.  Sentences that a person split are split alike in the new version first.
    """
    execute = db.conn.execute
    execute("DROP TABLE IF EXISTS temp.parts")
    execute(
        "CREATE TEMP TABLE parts (document_id, segment_id INTEGER PRIMARY KEY, position, hash, sentence,"
        " part, k)"
    )
    execute("CREATE INDEX temp.parts_sentence ON parts(document_id, sentence)")
    _find_parts(db, old_id)
    _find_parts(db, new_id)
    execute("CREATE INDEX temp.parts_hash ON parts(document_id, hash, k, part)")
    if _split_alike(db, old_id, new_id):
        execute("DELETE FROM temp.parts WHERE document_id = ?", (new_id,))
        _find_parts(db, new_id)
    _match(db, old_id, new_id)
    execute(
        "UPDATE units SET document_id = ?, position = m.position FROM moved m WHERE m.unit_id = units.id",
        (new_id,),
    )
    execute(
        """UPDATE unit_segments SET segment_id = c.new_segment
        FROM carried c WHERE c.old_segment = unit_segments.segment_id
          AND unit_segments.unit_id IN (SELECT unit_id FROM moved)"""
    )
    languages = execute(
        "SELECT DISTINCT target_lang FROM units WHERE document_id IN (?, ?)", (old_id, new_id)
    ).fetchall()
    for (target_lang,) in languages:
        ensure_units(db, new_id, target_lang)
    kept: int = execute("SELECT count(*) FROM moved").fetchone()[0]
    return kept


def _find_parts(db: Database, document_id: int) -> None:
    """List the segments of a document as parts of sentences, which have the whole sentence's hash.

    A segment with a joint is the further part of a sentence that a person split.
    """
    execute = db.conn.execute
    execute(
        """INSERT INTO temp.parts (document_id, segment_id, position, hash, sentence, part)
        SELECT document_id, id, position, hash, sentence,
          row_number() OVER (PARTITION BY sentence ORDER BY position) - 1
        FROM (SELECT document_id, id, position, hash, sum(joint IS NULL) OVER (ORDER BY position) AS sentence
              FROM segments WHERE document_id = ?)""",
        (document_id,),
    )
    split = execute(
        """SELECT p.sentence, group_concat(coalesce(s.joint, '') || s.text, '')
        FROM (SELECT * FROM temp.parts WHERE document_id = :document AND sentence IN (
                SELECT sentence FROM temp.parts WHERE document_id = :document AND part > 0)
              ORDER BY position) p JOIN segments s ON s.id = p.segment_id GROUP BY p.sentence""",
        {"document": document_id},
    ).fetchall()
    db.conn.executemany(
        "UPDATE temp.parts SET hash = ? WHERE document_id = ? AND sentence = ?",
        [(text_hash(text), document_id, sentence) for sentence, text in split],
    )
    execute(
        """UPDATE temp.parts SET k = n.k FROM (
          SELECT segment_id, dense_rank() OVER (PARTITION BY hash ORDER BY sentence) AS k
          FROM temp.parts WHERE document_id = :document) n
        WHERE document_id = :document AND parts.segment_id = n.segment_id""",
        {"document": document_id},
    )


def _split_alike(db: Database, old_id: int, new_id: int) -> bool:
    """Split sentences of the new version where they are split in the old one; whether there were any."""
    found = db.conn.execute(
        """SELECT DISTINCT o.sentence, n.sentence FROM temp.parts o
        JOIN temp.parts n ON n.document_id = ? AND n.hash = o.hash AND n.k = o.k
        WHERE o.document_id = ? AND o.part > 0""",
        (new_id, old_id),
    ).fetchall()
    cuts: dict[int, list[int]] = {}
    for old, new in found:
        wanted = {start for _, start, _ in _spans(db, old_id, old)}
        for segment_id, start, end in _spans(db, new_id, new):
            if inside := [border - start for border in wanted if start < border < end]:
                cuts[segment_id] = inside
    if cuts:
        split_segments(db, cuts)
    return bool(cuts)


def _spans(db: Database, document_id: int, sentence: int) -> list[tuple[int, int, int]]:
    """The parts of a sentence, with where each starts and ends in it."""
    found = db.conn.execute(
        """SELECT p.segment_id, coalesce(s.joint, ''), s.text FROM temp.parts p
        JOIN segments s ON s.id = p.segment_id WHERE p.document_id = ? AND p.sentence = ? ORDER BY p.part""",
        (document_id, sentence),
    )
    spans, end = [], 0
    for segment_id, joint, text in found:
        start = end + len(joint)
        end = start + len(text)
        spans.append((segment_id, start, end))
    return spans


def _match(db: Database, old_id: int, new_id: int) -> None:
    """Find which segment becomes which, and the units that move: all whose segments are there, and free."""
    execute = db.conn.execute
    execute("DROP TABLE IF EXISTS temp.carried")
    execute(
        """CREATE TEMP TABLE carried AS
        SELECT o.segment_id AS old_segment, n.segment_id AS new_segment, n.position
        FROM temp.parts o
        JOIN temp.parts n ON n.document_id = :new AND n.hash = o.hash AND n.k = o.k AND n.part = o.part
        JOIN segments os ON os.id = o.segment_id
        JOIN segments ns ON ns.id = n.segment_id AND ns.hash = os.hash
        WHERE o.document_id = :old""",
        {"old": old_id, "new": new_id},
    )
    execute("CREATE INDEX temp.carried_old ON carried(old_segment)")
    execute("DROP TABLE IF EXISTS temp.moved")
    execute(
        """CREATE TEMP TABLE moved AS
        SELECT u.id AS unit_id, min(c.position) AS position FROM units u
        JOIN unit_segments us ON us.unit_id = u.id
        LEFT JOIN carried c ON c.old_segment = us.segment_id
          AND NOT EXISTS (SELECT 1 FROM unit_segments t JOIN units v ON v.id = t.unit_id
                          WHERE t.segment_id = c.new_segment AND v.target_lang = u.target_lang)
        WHERE u.document_id = :old
        GROUP BY u.id HAVING count(c.new_segment) = count(*)""",
        {"old": old_id},
    )
