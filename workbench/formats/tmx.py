"""Writes units as TMX 1.4b; touches only the stream it is given.

The format: Translation Memory eXchange 1.4b, OSCAR recommendation of 26 April 2005.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from workbench import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml import etree

    from workbench.model import Unit

DOCTYPE = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'
# What XML 1.0 cannot hold (section 2.2), lone surrogates included.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class TmxWriter:
    """TMX 1.4b, one `tu` a unit that has both sides; UTF-8.

    Characters that XML cannot hold become U+FFFD.
    """

    name = "tmx"

    def suffixes(self, source_lang: str, target_lang: str) -> tuple[str, ...]:
        """One file."""
        return (".tmx",)

    def write(
        self,
        units: Iterable[Unit],
        streams: Sequence[IO[bytes]],
        *,
        source_lang: str,
        target_lang: str,
    ) -> int:
        """Write the units that have both sides, one at a time."""
        from lxml import etree

        (stream,) = streams
        count = 0
        with etree.xmlfile(stream, encoding="utf-8") as file:
            file.write_declaration(doctype=DOCTYPE)
            with file.element("tmx", version="1.4"):
                file.write("\n")
                file.write(_header(source_lang), pretty_print=True)
                with file.element("body"):
                    file.write("\n")
                    for unit in units:
                        if unit.source.strip() and unit.target.strip():
                            file.write(_tu(unit), pretty_print=True)
                            count += 1
                file.write("\n")
        stream.write(b"\n")
        return count


def _header(source_lang: str) -> etree._Element:
    from lxml import etree

    attributes = {
        "creationtool": "workbench",
        "creationtoolversion": __version__,
        "segtype": "sentence",
        "o-tmf": "workbench",
        "adminlang": "en",
        "srclang": source_lang,
        "datatype": "plaintext",
    }
    return etree.Element("header", attributes)


def _tu(unit: Unit) -> etree._Element:
    from lxml import etree

    attributes = {"tuid": str(unit.unit_id)}
    if changed := _date(unit.updated_at):
        attributes["changedate"] = changed
    if unit.updated_by:
        attributes["changeid"] = _clean(unit.updated_by)
    tu = etree.Element("tu", attributes)
    properties = {
        "x-document": unit.document,
        "x-state": unit.state,
        "x-sub-state": unit.sub_state,
        "x-origin": unit.origin,
        "x-score": "" if unit.score is None else repr(unit.score),
    }
    for name, value in properties.items():
        if value:
            etree.SubElement(tu, "prop", {"type": name}).text = _clean(value)
    for lang, text in ((unit.source_lang, unit.source), (unit.target_lang, unit.target)):
        tuv = etree.SubElement(tu, "tuv", {LANG: lang})
        etree.SubElement(tuv, "seg").text = _clean(text)
    return tu


def _clean(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)


def _date(stamp: str) -> str:
    """A stored time in TMX's form, YYYYMMDDThhmmssZ; empty if there is none."""
    if not stamp:
        return ""
    time = datetime.fromisoformat(stamp)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
