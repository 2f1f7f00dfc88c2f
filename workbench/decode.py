"""Turns the bytes of a document into text and back without loss; touches nothing but its arguments."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import pairwise

from workbench.errors import InputError
from workbench.model import SourceText

# The longer marks first: UTF-32-LE's begins with UTF-16-LE's.
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Codecs that swallow the byte order mark, with those that keep it as U+FEFF.
KEEPS_BOM = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}

SIGNATURES = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (doc, xls, ppt)"),
    (b"PK\x03\x04", "a ZIP archive (docx, odt and epub are such)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh91AY&SY", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"OggS\x00", "Ogg audio"),
    (b"fLaC", "FLAC audio"),
)

# Encodings a guess may give, from the most to the least likely where the evidence is equal.  Those
# of old DOS, Macintosh and IBM machines must be declared: they can read anything as something.
GUESSES = (
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp1253",
    "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "iso8859_2", "iso8859_5", "iso8859_15",
)  # fmt: skip
SAMPLE_BYTES = 1 << 16
# More control characters than this in a guess means that it is no text.
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
# Among letters, above this share outside ASCII a text is hardly Western European (Vietnamese is not;
# French has .04, German .02, Icelandic .12).
WESTERN_SHARE = 0.2
INSIDE_WORD = re.compile(
    r"(?<=[^\W\d_])[\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02c7-\u02dd"
    r"\u201a\u201e\u2020\u2021\u2030\u2039\u203a\u20ac\u2122\ufffd](?=[^\W\d_])"
)
HIRAGANA = re.compile("[\u3041-\u3096]")
COMMON = re.compile(r"[ \n\r\tA-Za-z0-9.,;:\u3000-\u3002]")


def decode(content: bytes, declared: str | None = None, *, name: str) -> SourceText:
    """Decode a document so that `text.encode(encoding)` gives its bytes back.

    The declared encoding wins; then a byte order mark, which stays in the text as U+FEFF; then
    UTF-8, UTF-16 without a mark, and at last a guess.  Nothing is normalised.  `name` is for
    messages only.  Raises InputError for binary data, bytes that the encoding does not have, and
    encodings that are unknown or would not give the same bytes back.
    """
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            raise InputError(f"{name} is {kind}, not text; save it as plain text first")
    encoding = _declared(content, declared, name) if declared else _detected(content, name)
    text = _strict(content, encoding, name)
    if (offset := text.find("\0")) >= 0:
        raise InputError(
            f"{name} holds binary data (character {offset} is null), not {encoding} text; "
            "name another encoding, or leave the file out"
        )
    if not _gives_back(text, encoding, content):
        raise InputError(
            f"{name} would not come back byte for byte from {encoding}; "
            f"convert it first: iconv -f {encoding} -t UTF-8"
        )
    return SourceText(text, encoding)


def _declared(content: bytes, declared: str, name: str) -> str:
    """The codec for a declared encoding: one that keeps the byte order mark and its byte order."""
    try:
        codec = codecs.lookup(declared).name
        "a".encode(declared)  # the lookup also knows codecs that are not for text
    except (LookupError, ValueError) as error:
        raise InputError(
            f"{declared!r} is not a known encoding (for {name}); "
            "use one like utf-8, latin-1, cp1252, shift_jis"
        ) from error
    if codec not in KEEPS_BOM:
        return codec
    family = codec.removesuffix("-sig")
    marked = next((e for bom, e in BOMS if e.startswith(family) and content.startswith(bom)), None)
    if codec == "utf-16" and marked is None:
        return _plain_utf16(content) or KEEPS_BOM[codec]
    return marked or KEEPS_BOM[codec]


def _detected(content: bytes, name: str) -> str:
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return encoding
    if b"\0" in content:
        if (utf16 := _plain_utf16(content)) is not None:
            return utf16
        raise InputError(
            f"{name} holds binary data (a zero byte at offset {content.index(0)}), not text; "
            "if it is text, name its encoding with --encoding"
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guessed(content, error, name)
    return "utf-8"


def _plain_utf16(content: bytes) -> str | None:
    """UTF-16 of the byte order in which the bytes read as common text, or None."""
    sample = content[: SAMPLE_BYTES // 8]
    scores: dict[str, int] = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "ignore")
        spoilt = any(
            unicodedata.category(c) in ("Cn", "Co", "Cc") and not c.isspace() for c in text
        )
        if len(content) % 2 == 0 and not spoilt:
            scores[encoding] = len(COMMON.findall(text))
    best = max(scores, key=lambda encoding: scores[encoding], default=None)
    return best if best and scores[best] else None


def _guessed(content: bytes, failure: UnicodeDecodeError, name: str) -> str:
    """The likeliest encoding of text that is not UTF-8.  Raises InputError if there is none."""
    sample = _telling_sample(content, failure.start)
    where = f"byte 0x{content[failure.start]:02x} at offset {failure.start}"
    if _is_spoilt_utf8(sample):
        raise InputError(
            f"{name} is UTF-8 except for {where}; mend it, or read it with --encoding cp1252"
        )
    for encoding in _ranked(sample):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(CONTROLS.findall(text[:SAMPLE_BYTES])) * 50 <= min(len(text), SAMPLE_BYTES):
            return encoding
    raise InputError(
        f"{name} is not UTF-8 ({where}) nor text of another encoding that can be told; name it "
        "with --encoding (--encoding latin-1 takes any byte), or leave the file out if it is binary"
    )


def _telling_sample(content: bytes, offset: int) -> bytes:
    """The lines around an offset that hold bytes beyond ASCII, up to the size of a sample."""
    near = content[max(0, offset - SAMPLE_BYTES) : offset + 64 * SAMPLE_BYTES]
    lines = re.findall(rb"[^\n]*[\x80-\xff][^\n]*\n?", near)
    return b"".join(lines)[:SAMPLE_BYTES]


def _is_spoilt_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - bad - len(re.findall(r"[\x00-\x7f]", text))
    return good > bad


def _ranked(sample: bytes) -> list[str]:
    """Guesses for a sample, the likeliest first."""
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=list(GUESSES))
    names = [match.encoding for match in found]
    western = sample.decode("cp1252", "replace")
    if _looks_western(sample) or any(str(match) == western for match in found):
        names = ["cp1252", *names]
    japanese = [codec for codec in ("cp932", "euc_jp") if _has_kana(sample, codec)]
    names = list(dict.fromkeys([*japanese, *names, "cp1252"]))
    return sorted(names, key=lambda name: _oddities(sample.decode(name, "replace")))


def _oddities(text: str) -> int:
    """How often a word has a symbol inside or goes over from small letters to capitals.

    Wrong readings do that: Polish in cp1252 has gês¹ for gęśą, Russian in the wrong one swaps the case.
    """
    swaps = sum(a.islower() and b.isupper() for a, b in pairwise(text))
    return swaps + len(INSIDE_WORD.findall(text))


def _has_kana(sample: bytes, codec: str) -> bool:
    """Whether much of a sample reads as hiragana, of which every Japanese text is full."""
    text = sample.decode(codec, "replace")
    return 6 * len(HIRAGANA.findall(text)) > sum(not character.isascii() for character in text)


def _looks_western(sample: bytes) -> bool:
    """Whether single bytes beyond ASCII are sparse among ASCII letters, as in Western Europe."""
    beyond = len(re.findall(rb"[\x80-\xff]", sample))
    letters = len(re.findall(rb"[A-Za-z]", sample)) + beyond
    return letters > 0 and beyond / letters < WESTERN_SHARE


def _strict(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        bad = content[error.start : error.start + 1].hex()
        advice = "latin-1" if encoding == "utf-8" else "utf-8"
        raise InputError(
            f"{name} is not {encoding}: byte 0x{bad} at offset {error.start} ({error.reason}); "
            f"name its encoding, for example: --encoding {advice}"
        ) from error
    except UnicodeError as error:
        raise InputError(
            f"{name} is not {encoding}: {error}; name its encoding, for example: --encoding utf-8"
        ) from error


def _gives_back(text: str, encoding: str, content: bytes) -> bool:
    try:
        return text.encode(encoding) == content
    except UnicodeError:
        return False
