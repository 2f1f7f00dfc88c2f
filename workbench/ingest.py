"""The step that reads files and stores them as segmented documents, each whole or not at all."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import lang, registry, store
from workbench.decode import decode
from workbench.errors import InputError
from workbench.model import Segment
from workbench.segment import segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workbench.model import Reader
    from workbench.store import Added, Database

LINES = "lines"
DEFAULT_LANG = "en"


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read files; None means: find out from each file's name and bytes."""

    lang: str | None = None
    format: str | None = None
    encoding: str | None = None


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The files to read: those named, and in directories those that a reader knows by extension.

    Hidden files are left out.  `-` is standard input.  Raises InputError if a path is not there or
    a directory holds nothing readable.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found = [file for file in _walk(path) if _reader_for(file) is not None]
            if not found:
                raise InputError(f"{path} holds no text; it can hold: {' '.join(_extensions())}")
            files.update(dict.fromkeys(found))
        elif path == Path("-") or path.exists():
            files[path] = None
        else:
            raise InputError(f"there is no file {path}; check its name")
    return list(files)


def add_file(db: Database, path: Path, how: Reading) -> Added:
    """Read, segment and store one file.

    Raises InputError if it cannot be read as text of its format or holds no text.
    """
    content = _read(path)
    name = _name(path, content)
    reader = _reader(path, how.format)
    format_name = reader.name if reader else LINES
    text_lang = lang.standard_tag(how.lang) if how.lang else guess_lang(path)
    title = path.stem if path != Path("-") else name
    new = store.NewDocument(name, title, text_lang, format_name, content, how.encoding or "")
    if unchanged := store.find_unchanged(db, new):
        return unchanged
    source = decode(content, how.encoding, name=str(path))
    new = store.NewDocument(name, title, text_lang, format_name, content, source.encoding)
    if reader:
        segments = segment(source.text, reader.blocks(source.text), text_lang)
    else:
        segments = line_segments(source.text)
    return store.add_document(db, new, _at_least_one(segments, path))


def add_columns(
    db: Database, path: Path, langs: tuple[str, str], encoding: str | None = None
) -> tuple[Added, Added]:
    """Store the two columns of a tab-separated file as two documents, each cell a segment.

    A first row that only names the columns is passed over; so are empty cells.  Raises InputError if
    a row has not two columns, or a column no text.
    """
    text = decode(_read(path), encoding, name=str(path)).text.removeprefix("\ufeff")
    rows = [line.removesuffix("\r").split("\t") for line in text.split("\n")]
    for number, cells in enumerate(rows, 1):
        if len(cells) != 2 and any(cells):
            raise InputError(
                f"{path}, line {number}: {len(cells)} columns where two are needed, with a tab between"
            )
    if _is_header(rows[0], langs):
        rows[0] = ["", ""]
    added = []
    for column, text_lang in enumerate(langs):
        name = f"{_name(path, b'')}#{text_lang}"
        lines = "\n".join(row[column].strip() if any(row) else "" for row in rows)
        new = store.NewDocument(name, name, text_lang, LINES, lines.encode(), "utf-8")
        segments = _at_least_one(line_segments(lines), Path(f"{path}, column {column + 1},"))
        added.append(store.add_document(db, new, segments))
    return added[0], added[1]


def _is_header(cells: list[str], langs: tuple[str, str]) -> bool:
    names = {"source", "target", "src", "tgt", "trg", "from", "to"}
    names |= {name.lower() for tag in langs for name in (tag, tag.split("-")[0], lang.name(tag))}
    return all(cell.strip().lower() in names for cell in cells)


def guess_lang(path: Path) -> str:
    """The language of a file: its folder's name in `corpus/<lang>/`, else English."""
    parts = path.resolve().parent.parts
    if "corpus" in parts[:-1]:
        folder = parts[len(parts) - parts[::-1].index("corpus")]
        try:
            return lang.standard_tag(folder)
        except InputError:
            return DEFAULT_LANG
    return DEFAULT_LANG


def line_segments(text: str) -> Iterator[Segment]:
    """One segment for each line that is not blank."""
    lines = (match for match in re.finditer(r"[^\r\n]+", text) if match[0].strip("\ufeff \t"))
    for position, match in enumerate(lines):
        line = match[0]
        left = len(line) - len(line.lstrip("\ufeff \t"))
        stripped = line.strip("\ufeff \t")
        start = match.start() + left
        yield Segment(
            position, position, "paragraph", 0, start, start + len(stripped), lang.nfc(stripped)
        )


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        elif path.is_file():
            yield path


def _extensions() -> list[str]:
    return sorted(
        {extension for reader in registry.readers().values() for extension in reader.extensions}
    )


def _reader_for(path: Path) -> Reader | None:
    suffix = path.suffix.lower()
    return next((r for r in registry.readers().values() if suffix in r.extensions), None)


def _reader(path: Path, format_name: str | None) -> Reader | None:
    """The reader for a file; None where every line is a segment already."""
    if format_name == LINES:
        return None
    readers = registry.readers()
    if format_name:
        if format_name not in readers:
            raise InputError(
                f"there is no format {format_name!r}; choose one of: {', '.join(sorted(readers))}"
            )
        return readers[format_name]
    if path == Path("-") or not path.suffix:
        return readers["txt"]
    found = _reader_for(path)
    if found is None:
        raise InputError(
            f"no reader for {path}; known: {' '.join(_extensions())}; or say: --format txt"
        )
    return found


def _read(path: Path) -> bytes:
    try:
        content = sys.stdin.buffer.read() if path == Path("-") else path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; check the file and its permissions"
        ) from error
    if not content:
        raise InputError(f"{path} is empty; nothing to add")
    return content


def _name(path: Path, content: bytes) -> str:
    """The path as stored: below the working directory relative to it, so that a project can move."""
    if path == Path("-"):
        import hashlib

        return f"stdin-{hashlib.sha256(content).hexdigest()[:12]}"
    resolved = path.resolve()
    here = Path.cwd()
    return (resolved.relative_to(here) if resolved.is_relative_to(here) else resolved).as_posix()


def _at_least_one(segments: Iterable[Segment], path: Path) -> Iterator[Segment]:
    empty = True
    for item in segments:
        empty = False
        yield item
    if empty:
        raise InputError(f"{path} holds no text to translate")
