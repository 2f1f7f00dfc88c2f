"""The view of word links that finds a pair's example without reading all units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.store.migrations.registry import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database

# A word without letters stands for a further character of a word in a script without spaces.
_VIEW = """CREATE VIEW word_links_text AS
SELECT s.lang AS source_lang, t.lang AS target_lang, s.text AS source_word, t.text AS target_word,
  p.links AS count,
  1.0 * p.links / (SELECT sum(o.links) FROM word_pairs o JOIN words w ON w.id = o.target_word
                   WHERE o.source_word = p.source_word AND w.lang = t.lang) AS probability,
  p.unit_id,
  (SELECT b.source || ' = ' || b.target FROM bitext b WHERE b.unit_id = p.unit_id) AS example
FROM word_pairs p JOIN words s ON s.id = p.source_word JOIN words t ON t.id = p.target_word
WHERE s.text <> '' AND t.text <> ''"""

# Words were cut at these before: soft hyphen, joiners, and the sign that asks for a picture in colour.
_CUT = (0x00AD, 0x200C, 0x200D, 0xFE0F)


@MIGRATIONS()
def m016_examples_of_word_links(db: Database) -> None:
    """A pair's example is looked up by its unit; links of texts whose words are cut otherwise now go."""
    db.conn.execute("DROP VIEW word_links_text")
    db.conn.execute(_VIEW)
    has = " OR ".join(f"instr({{0}}, char({code}))" for code in _CUT)
    for table in ("word_links", "linked_units"):
        db.conn.execute(
            f"""DELETE FROM {table} WHERE unit_id IN (
              SELECT id FROM units WHERE {has.format("target")}
              UNION SELECT us.unit_id FROM unit_segments us JOIN segments s ON s.id = us.segment_id
              WHERE {has.format("s.text")})"""
        )
