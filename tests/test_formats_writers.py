"""What every writer must keep, and that what it wrote is read back by others as it was."""

from __future__ import annotations

import io
import json
import re
import resource
import shutil
import subprocess
import sys
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from translate.storage.tmx import tmxfile

from workbench import registry
from workbench.errors import FormatError
from workbench.formats.tsv import COLUMNS
from workbench.model import STATES, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WRITERS = sorted(registry.writers())

# The part of TMX 1.4b that is written: element content and attributes as the standard has them.
TMX_DTD = """
<!ELEMENT tmx (header, body)> <!ATTLIST tmx version CDATA #FIXED "1.4">
<!ELEMENT header (note | prop)*>
<!ATTLIST header creationtool CDATA #REQUIRED creationtoolversion CDATA #REQUIRED
  segtype (block|paragraph|sentence|phrase) #REQUIRED o-tmf CDATA #REQUIRED
  adminlang CDATA #REQUIRED srclang CDATA #REQUIRED datatype CDATA #REQUIRED>
<!ELEMENT body (tu*)>
<!ELEMENT tu ((note | prop)*, tuv+)>
<!ATTLIST tu tuid CDATA #IMPLIED changedate CDATA #IMPLIED changeid CDATA #IMPLIED>
<!ELEMENT note (#PCDATA)>
<!ELEMENT prop (#PCDATA)> <!ATTLIST prop type CDATA #REQUIRED>
<!ELEMENT tuv ((note | prop)*, seg)> <!ATTLIST tuv xml:lang CDATA #REQUIRED>
<!ELEMENT seg (#PCDATA)>
"""
NASTY = [
    "a\tb\\t\nc\r\nd\re",
    "\0\x01\x0b\x0c\x1b\x1c\x85\u2028\u2029\ufffe\uffff",
    "lone \ud800 surrogates \udfff",
    "=1+1",
    '"quoted, "and" again',
    "-–@+",
    "<b>&amp; ]]> <![CDATA[ <!-- --",
    "  spaces  ",
    "\\\\server\\new\\table \\u0041",
    "😀 e\u0301 \u202e مرحبا",
]
TEXTS = (
    st.text() | st.sampled_from(NASTY) | st.text(st.characters(categories=["Cc", "Cs", "Zl", "Po"]))
)


def unit(number: int, source: str, target: str, updated_by: str = "") -> Unit:
    return Unit(
        unit_id=number,
        document_id=1,
        document="corpus/en/a.txt",
        position=number,
        source_lang="en",
        target_lang="pt-BR",
        source=source,
        target=target,
        state=STATES[number % 4],
        sub_state="wb:mt",
        origin="caps 1",
        score=-0.5 if number % 2 else None,
        version=2,
        updated_by=updated_by,
        updated_at="2026-11-24T11:20:33.250Z",
    )


def written(name: str, units: Iterable[Unit]) -> tuple[int, list[bytes]]:
    """How many units a writer wrote, and its files."""
    writer = registry.writer(name)
    streams = [io.BytesIO() for _ in writer.suffixes("en", "pt-BR")]
    count = writer.write(iter(units), streams, source_lang="en", target_lang="pt-BR")
    return count, [stream.getvalue() for stream in streams]


def units_of(pairs: list[tuple[str, str]]) -> list[Unit]:
    return [unit(i, source, target) for i, (source, target) in enumerate(pairs, 1)]


pairs_of_texts = st.lists(st.tuples(TEXTS, TEXTS), max_size=5)


@pytest.mark.parametrize("name", WRITERS)
@settings(deadline=None)
@given(pairs=pairs_of_texts)
def test_equal_input_gives_equal_valid_utf8(name: str, pairs: list[tuple[str, str]]) -> None:
    units = units_of(pairs)
    count, files = written(name, units)
    assert (count, files) == written(name, units)
    assert count <= len(units)
    for content in files:
        content.decode()
        assert b"\r" not in content
        assert not content or content.endswith(b"\n")


@pytest.mark.parametrize("name", WRITERS)
def test_suffixes_differ_and_name_the_files(name: str) -> None:
    suffixes = registry.writer(name).suffixes("en", "pt-BR")
    assert len(set(suffixes)) == len(suffixes) > 0
    assert all(re.fullmatch(r"\.[A-Za-z-]+", suffix) for suffix in suffixes)


class Sink(io.RawIOBase):
    """A stream that keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]  # RawIOBase says Buffer, which has no length


def write_many(name: str, size: int) -> int:
    """Write that many units, made one at a time, to nowhere."""
    writer = registry.writer(name)
    streams = [io.BufferedWriter(Sink()) for _ in writer.suffixes("en", "pt-BR")]
    # words come again, as in any language: what is remembered of them is no leak
    texts = (
        (f"Source text {n % 1000}, of usual length.", f"Texto {n % 1000}.") for n in range(size)
    )
    units = (unit(n, *pair) for n, pair in enumerate(texts))
    return writer.write(units, streams, source_lang="en", target_lang="pt-BR")


@pytest.mark.parametrize("name", WRITERS)
def test_memory_stays_flat(name: str) -> None:
    tracemalloc.start()
    try:
        assert write_many(name, 10_000) == 10_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss has another unit elsewhere")
def test_memory_of_tmx_stays_flat_in_libxml2_too() -> None:
    write_many("tmx", 1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert write_many("tmx", 80_000) == 80_000
    # kilobytes; the file has 32,000 of them
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


def xml_text(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


@settings(deadline=None)
@given(pairs=pairs_of_texts)
def test_tmx_is_read_back_and_valid(pairs: list[tuple[str, str]]) -> None:
    count, (content,) = written("tmx", units_of(pairs))
    root = etree.fromstring(content)
    dtd = etree.DTD(io.StringIO(TMX_DTD))
    assert dtd.validate(root), dtd.error_log
    segs = [[seg.text or "" for seg in tu.iter("seg")] for tu in root.iter("tu")]
    assert segs == [[xml_text(s), xml_text(t)] for s, t in pairs if s.strip() and t.strip()]
    assert count == len(segs)


def test_tmx_is_read_by_translate_toolkit() -> None:
    pairs = [("“Hello,” she said – twice.", "« Bonjour »"), ("A & B < C", "A & B\n< C"), ("x", "")]
    count, (content,) = written("tmx", units_of(pairs))
    store = tmxfile()
    store.parse(content)
    assert [(u.source, u.target) for u in store.units] == pairs[:2]
    assert count == 2


def test_tmx_carries_where_a_unit_comes_from() -> None:
    _, (content,) = written("tmx", [unit(7, "a", "b", updated_by="Ana <ana@example.org>")])
    assert content.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE tmx SYSTEM")
    root = etree.fromstring(content)
    header, tu = root.find("header"), root.find("body/tu")
    assert header is not None
    assert tu is not None
    assert (header.get("srclang"), header.get("segtype")) == ("en", "sentence")
    assert {str(k): str(v) for k, v in tu.attrib.items()} == {
        "tuid": "7",
        "changedate": "20261124T112033Z",
        "changeid": "Ana <ana@example.org>",
    }
    assert {prop.get("type"): prop.text for prop in tu.iter("prop")} == {
        "x-document": "corpus/en/a.txt",
        "x-state": "final",
        "x-sub-state": "wb:mt",
        "x-origin": "caps 1",
        "x-score": "-0.5",
    }
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [tuv.get(lang) for tuv in tu.iter("tuv")] == ["en", "pt-BR"]


@pytest.mark.skipif(not shutil.which("xmllint"), reason="xmllint is not installed")
def test_tmx_is_well_formed_for_xmllint(tmp_path: Path) -> None:
    _, (content,) = written("tmx", units_of([(text, text) for text in NASTY]))
    path = tmp_path / "a.tmx"
    path.write_bytes(content)
    done = subprocess.run(["xmllint", "--noout", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def unescaped(cell: str) -> str:
    """A TSV cell's text, read as docs/formats.md says."""
    plain = {"t": "\t", "n": "\n", "r": "\r"}

    def text(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return plain.get(match[2], match[2])

    return re.sub(r"\\(?:u([0-9a-f]{4})|(.))", text, cell)


@settings(deadline=None)
@given(pairs=pairs_of_texts)
def test_tsv_is_read_back_and_starts_no_formula(pairs: list[tuple[str, str]]) -> None:
    units = units_of(pairs)
    count, (content,) = written("tsv", units)
    lines = content.decode().splitlines()
    assert lines[0].split("\t") == list(COLUMNS)
    rows = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines[1:]]
    assert [(unescaped(row["source"]), unescaped(row["target"])) for row in rows] == pairs
    assert not any(row[side][:1] in set('=+-@"') for row in rows for side in ("source", "target"))
    assert [int(row["unit_id"]) for row in rows] == [u.unit_id for u in units]
    assert count == len(units)


def joined_surrogates(text: str) -> str:
    """The text as JSON holds it: two lone surrogates in a row are one character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@settings(deadline=None)
@given(pairs=pairs_of_texts)
def test_jsonl_is_read_back(pairs: list[tuple[str, str]]) -> None:
    units = units_of([(joined_surrogates(s), joined_surrogates(t)) for s, t in pairs])
    count, (content,) = written("jsonl", units)
    assert [Unit(**json.loads(line)) for line in content.decode().splitlines()] == units
    assert count == len(units)


def test_jsonl_has_no_infinity() -> None:
    import dataclasses

    endless = dataclasses.replace(unit(1, "a", "b"), score=float("-inf"))
    _, (content,) = written("jsonl", [endless])
    assert json.loads(content)["score"] is None


@settings(deadline=None)
@given(pairs=pairs_of_texts)
def test_moses_files_have_the_same_lines(pairs: list[tuple[str, str]]) -> None:
    count, files = written("moses", units_of(pairs))
    sides = [content.decode().splitlines() for content in files]
    assert [len(side) for side in sides] == [count, count]
    assert all(line.strip() for side in sides for line in side)


def test_moses_joins_lines_and_leaves_out_units_without_target() -> None:
    count, files = written("moses", units_of([("a\r\nb", "c\u2028d"), ("e", ""), ("f", "g")]))
    assert count == 2
    assert files == [b"a b\nf\n", b"c d\ng\n"]


def test_moses_needs_two_languages() -> None:
    with pytest.raises(FormatError, match="two languages"):
        registry.writer("moses").suffixes("en", "en")
