"""What a translation must not change, found in a text, hidden from an engine and put back; pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from workbench import messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EXTENSIONS = (
    "py|txt|md|html?|json|jsonl|ya?ml|csv|tsv|xml|pdf|png|jpe?g|gif|svg|webp|docx?|xlsx?|pptx?|odt|ods"
    "|zip|tar|gz|bz2|xz|exe|dll|sh|bat|js|ts|css|sql|db|toml|ini|cfg|conf|log|mp[34]|wav|po|pot|mo"
    "|tmx|xliff?|srt|vtt|epub|rst|tex|ipynb|java|c|cpp|h|rs|go|rb|php"
)
# In this order: what opens first and holds others wins.
_KINDS = {
    # no space inside the marks: `so' and `so' are quotations
    "code": r"``[^\n]+?``|`(?![`\s])[^`\n]*+(?:``++[^`\n]*+){0,4}(?<=[^`\s])`(?!`)",
    "comment": r"<!--.*?-->",
    "tag": r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>",
    "entity": r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});",
    "link": r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)",
    "url": r"(?:https?|ftp|file)://[^\s<>\"'“”‘’«»]+|\bwww\.[\w-]+\.[^\s<>\"'“”‘’«»]+",
    "email": r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "placeholder": (
        r"\{%[^%\n]{1,200}%\}|\{\{[^{}\n]{0,80}\}\}|\$\{[^{}\n]{1,80}\}|\{[\w.:!,+ -]{0,60}\}"
        r"|%\([\w.-]+\)[#0 +-]?[\d.]*[a-zA-Z]|%\d+\$[\d.]*[a-zA-Z@]|%%?[\d.]*[sdifguxXc@](?![\w%])"
        r"|\$[A-Z][A-Z0-9_]+\b|%[A-Z][A-Z0-9_]+%|\[\[[^\[\]\n]{1,80}\]\]|<%[^%\n]{1,80}%>|\[\^[\w-]+\]"
        r"|(?<![^\s(\"'>`]):[a-z][\w+-]*:?(?!\w)|\$(?=[^\s$])[^$\n]{0,200}[\\^_=+][^$\n]{0,200}(?<=\S)\$(?!\d)"
    ),
    "path": r"(?<![\w/.:])(?:~|\.{1,2})?/(?:[\w.@+-]+/)+[\w.@+-]*"
    r"|(?<!\w)[A-Za-z]:\\(?:[\w.-]+(?: [\w.-]+)*\\)*(?:[\w.-]*\w)?",
    "name": (
        rf"(?<![\w.])[^\W_]\w*_\w*[^\W_](?:\.\w+)*(?:\(\))?|(?<!\w)__\w+?__(?=[.(])(?:\.\w+|\(\))"
        rf"|(?<![\w.])[\w-]+(?:\.[\w-]+)*\.(?:{_EXTENSIONS})\b|(?<!\w)[@#][A-Za-z]\w+|\b[\w.]+\(\)"
        r"|(?<!\w)_[^\W_]+(?!\w)(?![^_\n]*_(?!\w))"
    ),
    "markup": (
        r"\*\*\*?(?=\S)|(?<=\S)\*\*\*?|~~|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)"
        r"|(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_][^_\n]*_(?!\w))|(?<=[^\s_])_(?!\w)"
        r"|!?\[(?=[^\[\]\n]*\]\()"
    ),
}
# What a text must hold for a kind to be in it: most texts with a sign need one form of eleven.
_NEEDS = {
    "code": ("`",), "comment": ("<!",), "tag": ("<",), "entity": ("&",), "link": ("](",),
    "url": ("://", "www."), "email": ("@",), "path": ("/", "\\"),
    "placeholder": ("{", "%", "$", "[[", "[^", ":"),
    "name": ("_", ".", "@", "#", "()"), "markup": ("*", "~~", "_", "]("),
}  # fmt: skip
# Only a text with one of these has anything to protect; a set of characters first is searched fast.
_SIGN = re.compile(
    r"[`<&\]{}%$@#*~_/\\.w):](?:(?<![.w):])|(?<=\.)\w|(?<=w)ww|(?<=\(\))|(?<=:)[a-z])"
)
# Characters before a term that are looked at, and what may open a sentence there: quotes, markup.
BEFORE = 200
_OPENING = re.compile(r"(?:[\s\"'“‘”«¿¡(\[*_~#>-]|</?[A-Za-z][^<>]*>)+\Z")
_MASK = "ZX{}Z"
_MASKS = re.compile(r"[Zz][Xx]\s?(\d{1,9})\s?[Zz]")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that must come out as `text`; `start` and `end` are characters."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary: what it is in the source language and what it must be in the target."""

    source: str
    target: str
    note: str = ""


def spans(text: str, terms: Sequence[Term] = ()) -> list[Span]:
    """What must not change in a text, in order and without overlap; terms where nothing else is.

    An ICU plural or select is one of them as a whole: what its branches say is for others to find.
    """
    found = list(_plain_spans(text)) if _SIGN.search(text) else []
    if terms:
        found += [
            span
            for span in _term_spans(text, terms)
            if all(span.end <= other.start or span.start >= other.end for other in found)
        ]
    return sorted(found, key=lambda span: span.start)


@cache
def _form(kinds: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for these kinds; without any it finds nothing."""
    forms = "|".join(f"(?P<{kind}>{_KINDS[kind]})" for kind in kinds)
    return re.compile(forms or r"(?!)", re.DOTALL)


def _plain_spans(text: str) -> Iterator[Span]:
    kinds = (kind for kind, signs in _NEEDS.items() if any(sign in text for sign in signs))
    choices = messages.inside(text)
    yield from (Span(start, end, text[start:end]) for start, end in choices)
    for match in _form(tuple(kinds)).finditer(text):
        end = match.end()
        before = bisect_left(choices, (end, 0))  # what starts before the match ends
        if before and choices[before - 1][1] > match.start():
            continue
        if match.lastgroup == "url":  # a full stop after an address belongs to the sentence
            while text[end - 1] in ".,;:!?" or (
                text[end - 1] == ")" and "(" not in text[match.start() : end]
            ):
                end -= 1
        yield Span(match.start(), end, text[match.start() : end])


def _term_spans(text: str, terms: Sequence[Term]) -> Iterator[Span]:
    by_source = {term.source.casefold(): term for term in terms}
    pattern = _terms_pattern(tuple(sorted(by_source, key=len, reverse=True)))
    for match in pattern.finditer(text):
        term = by_source[match[0].casefold()]
        if term.source.isupper() and match[0] != term.source:  # US is not us
            continue
        target = term.target
        if len(match[0]) > 1 and match[0].isupper():
            target = target.upper()
        elif match[0][0].isupper() and target[:1].islower() and _starts_sentence(text, match):
            target = target[0].upper() + target[1:]
        yield Span(match.start(), match.end(), target)


def _starts_sentence(text: str, match: re.Match[str]) -> bool:
    before = _OPENING.sub("", text[max(0, match.start() - BEFORE) : match.start()])
    return not before or before[-1] in ".!?…"


_patterns: dict[tuple[str, ...], re.Pattern[str]] = {}


def _terms_pattern(sources: tuple[str, ...]) -> re.Pattern[str]:
    if sources not in _patterns:
        _patterns.clear()  # one glossary is in use at a time
        listed = "|".join(re.escape(source) for source in sources)
        _patterns[sources] = re.compile(
            # not in a compound, half of which would be left: lighthouse-keeper
            rf"(?<!\w)(?<!\w[-‐‑])(?:{listed})(?![-‐‑]?\w)",
            re.IGNORECASE,
        )
    return _patterns[sources]


@dataclass(frozen=True, slots=True)
class Shielded:
    """A text with its spans hidden: `text` is for the engine, masks stand where the spans were.

    They are numbered from `first`: what looks like a mask in the original has a lower number.
    """

    text: str
    original: str
    spans: tuple[Span, ...]
    first: int = 0

    def restored(self, translation: str) -> str | None:
        """The translation with the spans put back; None if it lost, doubled or invented a mask."""
        ours = range(self.first, self.first + len(self.spans))
        masks = [m for m in _MASKS.finditer(translation) if _number(m) >= self.first]
        if sorted(map(_number, masks)) != list(ours):
            return None
        out, end = [], 0
        for mask in masks:
            span = self.spans[_number(mask) - self.first]
            out += [self._before(translation[end : mask.start()], span), span.text]
            end = mask.end()
            if self._tight(span.end) and translation[end : end + 1] == " ":
                end += 1
        return "".join([*out, translation[end:]])

    def pieces(self) -> list[str]:
        """What lies between the spans, to be translated piece by piece: one more than spans."""
        if not self.spans:
            return [self.original]
        starts = [0, *(span.end for span in self.spans)]
        ends = [*(span.start for span in self.spans), len(self.original)]
        return [self.original[a:b] for a, b in zip(starts, ends, strict=True)]

    def rejoined(self, pieces: Sequence[str]) -> str:
        """The translated pieces with the spans between them."""
        out = [pieces[0]]
        for span, piece in zip(self.spans, pieces[1:], strict=True):
            out += [span.text, piece]
        return "".join(out)

    def _before(self, text: str, span: Span) -> str:
        """What comes before a span, without the space that only its mask needed."""
        at = span.start
        if at and not self.original[at - 1].isspace() and text.endswith(" "):
            return text[:-1]
        return text

    def _tight(self, end: int) -> bool:
        """Whether a word followed a span without a space in the original."""
        return end < len(self.original) and self.original[end].isalnum()


def shield(text: str, terms: Sequence[Term] = ()) -> Shielded:
    """Hide what must not change."""
    found = tuple(spans(text, terms))
    first = 1 + max(map(_number, _MASKS.finditer(text)), default=-1) if found else 0
    out, end = [], 0
    for number, span in enumerate(found):
        out.append(text[end : span.start])
        if out[-1][-1:].isalnum() or (number and found[number - 1].end == span.start):
            out.append(" ")
        out.append(_MASK.format(first + number))
        end = span.end
        if text[end : end + 1].isalnum():
            out.append(" ")
    return Shielded("".join([*out, text[end:]]), text, found, first)


def _number(mask: re.Match[str]) -> int:
    return int(mask[1])


def without_spans(text: str) -> str:
    """A text with a space in place of everything that must not change."""
    if not _SIGN.search(text):
        return text
    return " ".join(Shielded(text, text, tuple(_plain_spans(text))).pieces())


def lost(source: str, target: str) -> list[str]:
    """What must not change and is in a source more often than in its target."""
    if not _SIGN.search(source):
        return []
    wanted = Counter(span.text for span in _plain_spans(source))
    return [text for text, count in wanted.items() if target.count(text) < count]
