"""The step that reads and writes glossaries: TSV or CSV files of source, target and note."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from workbench.decode import decode
from workbench.errors import InputError
from workbench.lang import nfc
from workbench.protect import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import IO

HEADER = ("source", "target", "note")


def read(path: Path) -> list[Term]:
    """The terms of a file: two or three columns, a header is passed over, a # starts a comment.

    Columns are separated by tabs, or by commas in a .csv file.  Raises InputError that names the
    line which has no term.
    """
    try:
        text = decode(path.read_bytes(), name=str(path)).text
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; check its name") from error
    found = list(_terms(text, path))
    if not found:
        raise InputError(f"{path} holds no term; write one a line: source, a tab, target")
    return found


def write(terms: Iterable[Term], stream: IO[str]) -> None:
    """Write terms with a header, separated by tabs, so that `read` gives them back."""
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((term.source, term.target, term.note) for term in terms)


def _terms(text: str, path: Path) -> Iterator[Term]:
    separator = "," if path.suffix.lower() == ".csv" else "\t"
    rows = csv.reader(text.splitlines(), delimiter=separator)
    try:
        for row in rows:
            cells = [nfc(cell.strip()) for cell in row]
            is_header = tuple(cell.casefold() for cell in cells[:2]) == HEADER[:2]
            if not any(cells) or cells[0].startswith("#") or (rows.line_num == 1 and is_header):
                continue
            if len(cells) < 2 or not cells[0] or not cells[1]:
                raise InputError(
                    f"{path}, line {rows.line_num}: a source and a target are needed, separated by"
                    f" {'commas' if separator == ',' else 'a tab'}"
                )
            yield Term(cells[0], cells[1], cells[2] if len(cells) > 2 else "")
    except csv.Error as error:
        raise InputError(f"{path}, line {rows.line_num}: {error}; check the quotes") from error
