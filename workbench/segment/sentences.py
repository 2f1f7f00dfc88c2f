"""Finds sentences in a line of text: rules decide what is plain, Punkt with our lists the rest."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from workbench import messages
from workbench.segment.enumerations import item_starts
from workbench.segment.language import Language, language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nltk.tokenize.punkt import PunktSentenceTokenizer

# Characters on either side of a doubtful stop that Punkt gets to see.
CONTEXT = 40
# Sentences of one paragraph after which Punkt is asked no more: it takes a millisecond each time,
# and only hostile texts go on like that.
ASKED = 1000
# A parenthesis longer than this was never closed, or holds sentences of its own.
PARENTHESIS = 300

_CLOSERS = "\"'”’“»›)\\]}*_"
_OPENERS = "\"'“‘”„«»‹›¿¡(\\[{*_"
# A possible boundary: stops, what closes with them, space, what opens the next sentence, its start.
# Possessive, and never begun inside a run of stops: linear on any text.
_CANDIDATE = re.compile(
    rf"(?<![.!?…])(?<![.!?…][ \u00a0])"
    rf"(?P<stop>[.!?…]++(?:[ \u00a0]\.)*+)(?P<close>(?:[{_CLOSERS}]|[\u00a0\u202f ]»|\[\d+\])*+)\s++"
    rf"(?=(?P<open>(?:[{_OPENERS}][ \u00a0\u202f]?|[—–-][ \u00a0]?)*+)"
    rf"(?P<next>[^\s{_OPENERS}][^\s]{{0,40}}))"
)
_MARK_ALONE = re.compile(r"\W*(?:\d{1,3}|[^\W\d_])[.)]+\s*\Z")
# Stops of other scripts need neither a space nor a capital after them.  The sentence goes on where
# a quotation is followed by the Japanese particle of quoting, or by who said it in Chinese.
_CLOSING = "」』”’）〉》】\"')\\]"
_SAID = r"(?:说|説|說|道|问|問|答|喊|叫|嚷|回答|心想)[道着著]?[。，：；！…]"
_STRONG = re.compile(
    rf"[。！？｡]++(?:(?![{_CLOSING}])|[{_CLOSING}]++(?!と|って|[^\W\d_]{{0,6}}?{_SAID}))\s*"
    r"|(?<![؟۔।॥։።፧])[؟۔।॥։።፧]++[”’»\"')\]]*+\s+"
)
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])*")
_VOWEL = re.compile(r"[aeiouyáéíóúàèìòùâêîôûäëïöüãõåæøœ]", re.IGNORECASE)
# What Romance languages put before a noun without a space: l'art. 5.
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu|dell|nell|all|sull|dall)['’](?=\w\w)", re.IGNORECASE)
# Where a semicolon asks, and a letter follows.
_ASKED = re.compile(rf"[;\u037e][{_CLOSERS}]*+\s++(?=[{_OPENERS}—–\-\s]*+(?P<next>[^\W\d_]))")
_CAMEL = re.compile(r"[a-z]{1,2}[A-Z]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a sentence may end, as the rules look at it."""

    word: str  # before the stop, without quotes and brackets
    stop: str
    close: str
    open: str
    next: str
    context: str  # what Punkt gets to see


def sentences(paragraph: str, lang: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of a paragraph, without the space between them."""
    if not paragraph or paragraph.isspace():
        return []
    starts = {0, *item_starts(paragraph)}
    starts.update(match.end() for match in _STRONG.finditer(paragraph))
    rules = language(lang)
    if rules.semicolon_asks:
        asked = _ASKED.finditer(paragraph)
        starts.update(match.end() for match in asked if match["next"].isupper())
    if any(mark in paragraph for mark in ".!?…"):
        starts.update(_decided(paragraph, rules, starts))
    for first, end in messages.inside(paragraph):  # its branches may hold sentences
        starts -= set(range(first + 1, end))
    cuts = sorted(starts)
    spans = (
        _stripped(paragraph, a, b) for a, b in zip(cuts, [*cuts[1:], len(paragraph)], strict=True)
    )
    return [span for span in spans if span[0] < span[1]]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    start += len(stretch) - len(stretch.lstrip())
    return start, max(start, start + len(stretch.strip()))


def _decided(text: str, rules: Language, known: set[int]) -> Iterator[int]:
    items = sorted(known)
    sentence = quotes = counted = found = 0
    for match in _CANDIDATE.finditer(text):
        end = match.end()
        quotes += text.count('"', counted, end)
        counted = end
        if match["open"][:2] == '" ' and quotes % 2:  # a lone straight quote closes if one is open
            end += 2
        sentence = max(sentence, items[bisect_right(items, end) - 1])
        if end == sentence or _refused_at_sight(text, sentence, match):
            continue
        context = text[max(0, match.start() - CONTEXT) : end + CONTEXT] if found < ASKED else ""
        candidate = Candidate(
            _word_before(text, match.start()), match["stop"], match["close"], match["open"],
            match["next"], context,
        )  # fmt: skip
        if is_boundary(candidate, rules) and not _in_parenthesis(
            text, sentence, match.end("close")
        ):
            sentence = end
            found += 1
            yield end


def _refused_at_sight(text: str, sentence: int, match: re.Match[str]) -> bool:
    """Before a small letter or a stop, and after the mark of a list item, no sentence ends."""
    following = match["next"]
    if following[0] in ".,;:!?…" or (following[0].islower() and not _CAMEL.match(following)):
        return True
    end = match.end("close")
    return end - sentence < 12 and bool(_MARK_ALONE.match(text, sentence, end))


def _word_before(text: str, end: int) -> str:
    """The word that a stop follows, without what opens before it."""
    window = text[max(0, end - 40) : end]
    if not window or window[-1].isspace():
        return ""
    word = window.rsplit(None, 1)[-1]
    for mark in "—–/(":
        word = word.rpartition(mark)[2]
    return word.lstrip("\"'“‘”„«»‹›¿¡[{*_")


def _in_parenthesis(text: str, start: int, end: int) -> bool:
    """Whether a parenthesis that opened inside the sentence is still open, and will be closed."""
    opened = text.rfind("(", max(start + 1, end - PARENTHESIS), end)
    if opened < 0 or text.find(")", opened, end) >= 0:
        return False
    return text.find(")", end, opened + PARENTHESIS) >= 0


def is_boundary(candidate: Candidate, rules: Language) -> bool:
    """Whether a sentence ends at a candidate."""
    if (
        "…" in candidate.stop
        or ".." in candidate.stop
        or " " in candidate.stop
        or "\u00a0" in candidate.stop
    ):
        return _after_ellipsis(candidate, rules)
    if candidate.stop != "." or candidate.close:
        return True
    return _after_full_stop(candidate, rules)


def _after_ellipsis(candidate: Candidate, rules: Language) -> bool:
    """An omission ends a sentence before a capital, unless it is spaced, or the word is always one."""
    if not candidate.next[0].isalnum():
        return False
    dots = candidate.stop.replace(" ", "").replace("\u00a0", "")
    if len(dots) == 3 and not candidate.word:
        return rules.starts_sentence(candidate.next) and not rules.always_capital(candidate.next)
    return not rules.always_capital(candidate.next) or len(dots) > 3


def _after_full_stop(candidate: Candidate, rules: Language) -> bool:
    word, following = candidate.word, candidate.next
    lower = _ELIDED.sub("", word, 1).lower()
    if lower in rules.never or (_is_number(following) and rules.before_number(lower)):
        return False
    starter = rules.starts_sentence(following)
    if word.isdigit() and rules.ordinals and len(word) <= 2:
        return starter
    if lower in rules.maybe or _INITIALS.fullmatch(word):
        return starter or bool(candidate.open)
    if starter or not _like_abbreviation(word):
        return True
    return _punkt_says(candidate, rules)


def _is_number(word: str) -> bool:
    return word[0].isdigit() or bool(re.fullmatch(r"[IVXLC]+[.,;:)]?", word))


def _like_abbreviation(word: str) -> bool:
    """Short and capital, or without a vowel."""
    return len(word) <= 4 and word.isalpha() and (word[0].isupper() or not _VOWEL.search(word))


def _punkt_says(candidate: Candidate, rules: Language) -> bool:
    """Whether Punkt, with our lists, ends a sentence at the candidate."""
    context = candidate.context
    if not context:
        return True
    following = context.rfind(candidate.open + candidate.next[:10])
    return any(start == following for start, _ in _punkt(rules.name).span_tokenize(context))


@cache
def _punkt(lang: str) -> PunktSentenceTokenizer:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    rules = language(lang)
    parameters = PunktParameters()
    parameters.abbrev_types = set(rules.never | rules.maybe | rules.numeric)
    parameters.sent_starters = set(rules.starters)
    return PunktSentenceTokenizer(parameters)
