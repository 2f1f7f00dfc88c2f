"""Decoding: what is found out, what is refused, and that the bytes always come back."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.decode import decode
from workbench.errors import InputError

SPANISH = "El faro se apagó a medianoche. ¿Quién lo encendió después? Nadie lo supo: «un misterio»."
POLISH = "Zażółć gęślą jaźń. Latarnik zszedł po schodach, lecz nikogo tam nie było, więc wrócił."
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастлива по-своему."
JAPANESE = "灯台守は階段を上った。海は静かだった。船は一隻も見えなかったので、彼は眠った。\n"


def assert_comes_back(content: bytes, declared: str | None = None) -> str:
    source = decode(content, declared, name="a.txt")
    assert source.text.encode(source.encoding) == content
    return source.encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("plain", "utf-8"),
        (SPANISH, "utf-8"),
        (JAPANESE, "utf-8"),
        (SPANISH, "cp1252"),
        ("“Ready?” – “Never.”", "cp1252"),
        ("café\n", "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        ("The keeper\r\nslept.\r\n", "utf-16-le"),
        (JAPANESE, "utf-16-be"),
    ],
)
def test_finds_the_encoding(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    assert decode(content, name="a.txt").text == text
    assert assert_comes_back(content) == encoding


@pytest.mark.parametrize(
    ("bom", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_mark_stays_in_the_text(bom: bytes, encoding: str) -> None:
    content = bom + SPANISH.encode(encoding)
    for declared in (None, "utf-8-sig" if encoding == "utf-8" else encoding[:6]):
        source = decode(content, declared, name="a.txt")
        assert (source.text, source.encoding) == ("\ufeff" + SPANISH, encoding)


def test_declared_encoding_wins_over_a_guess_and_a_mark() -> None:
    assert decode(b"\xef\xbb\xbfa", "latin-1", name="a.txt").text == "ï»¿a"
    assert decode("ñandú".encode("cp850"), "cp850", name="a.txt").text == "ñandú"


@pytest.mark.parametrize(
    ("content", "declared", "message"),
    [
        (b"caf\xe9", "utf-8", r"a\.txt .*offset 3.*--encoding latin-1"),
        (b"abc", "klingon", "'klingon'.*utf-8"),
        (b"abc", "hex", "'hex'"),
        (b"abc", "\0", "known encoding"),
        (b"abc", "utf-16", "utf-16-le"),
        (b"+AGE-bc", "utf-7", "byte for byte.*iconv"),
        (b"\xef\xbb\xbfabc\xff", None, "offset 6"),
        ("café – “so”".encode() + b" caf\xe9", None, "UTF-8 except for byte 0xe9 at offset"),
        (b"\x89PNG\r\n\x1a\n", None, "PNG image"),
        (b"PK\x03\x04rest", "utf-8", "ZIP archive"),
        (b"%PDF-1.7\n", None, "PDF document"),
        (b"text\0text", None, "zero byte at offset 4"),
        (b"text\0text", "utf-8", "character 4 is null"),
        (bytes(range(1, 9)) * 9 + b"\x80\x90", None, "--encoding latin-1"),
    ],
)
def test_refuses_with_the_place_and_the_next_step(
    content: bytes, declared: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        decode(content, declared, name="a.txt")


def test_empty_file_is_empty_text() -> None:
    assert decode(b"", name="a.txt").text == ""


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "utf-16", "latin-1", "cp932"]))
def test_any_bytes_come_back_or_are_refused(content: bytes, declared: str | None) -> None:
    try:
        assert_comes_back(content, declared)
    except InputError as error:
        assert "a.txt" in str(error)  # noqa: PT017 - both outcomes are right


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_utf8_is_never_mistaken(text: str) -> None:
    content = text.encode()
    try:
        assert decode(content, name="a.txt").text == text or content[:2] in (
            b"\xff\xfe",
            b"\xfe\xff",
        )
    except InputError as error:
        assert "not text" in str(error)  # noqa: PT017 - it began with a signature
