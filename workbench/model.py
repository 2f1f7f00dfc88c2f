"""The data that steps, formats, engines and the store hand to each other; pure, touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Literal, NamedTuple, Protocol

BlockKind = Literal["heading", "paragraph", "list_item", "quote"]
State = Literal["initial", "translated", "reviewed", "final"]

STATES: tuple[State, ...] = ("initial", "translated", "reviewed", "final")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document that segmentation never crosses.

    `pieces` are (start, end) character offsets into the original text, one per source line, without
    the markers (`> `, `- `, `## `), indentation and line ends between them.
    """

    kind: BlockKind
    pieces: tuple[tuple[int, int], ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one-language text; `start` and `end` are characters in the original.

    `text` is what people read: NFC, hard-wrapped lines joined, outer space removed.
    """

    position: int
    block: int
    kind: BlockKind
    level: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SourceText:
    """A decoded document: `text.encode(encoding)` gives the bytes of the file back."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One candidate translation.

    `score` is the mean log-probability per token, if the engine has one; `similarity`, 0-100, is how
    like its source the source of a match from the memory is, and None for an engine's own work.
    `looks` are (character of the source, character of the text) where a model looked as it wrote.
    """

    text: str
    score: float | None = None
    similarity: float | None = None
    looks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What an engine gives for one segment: hypotheses, best first, or why there are none.

    `pivots` are the languages and texts that a translation in several steps went through.
    """

    hypotheses: tuple[Hypothesis, ...] = ()
    error: str | None = None
    pivots: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How an engine shall work; one that cannot choose passes over what it does not know."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    beam: int = 4
    attention: bool = False  # keep where the model looked

    @property
    def signature(self) -> str:
        """Those settings that drafts depend on, as signatures name them."""
        return f"beam:{self.beam}" + ("|attention:yes" if self.attention else "")


class Translator(Protocol):
    """An engine made ready for one language pair; inherit from it to have its defaults."""

    # engine or model with its version, as stored with each draft: `argos translate-en_es 1.9`
    origin: str
    # how the drafts are made, `k:v|k:v`: equal signatures give equal drafts
    signature: str
    # translate may be called by several threads at once
    concurrent: bool = False
    # how many hypotheses it can give
    n_best: int = 1
    # it may have nothing for a text, and is then passed over
    partial: bool = False
    # it takes texts as they are: nothing that must not change is hidden from it
    verbatim: bool = False
    # what a person must know before it is given texts, like that they leave this machine
    notice: str = ""

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
        """Translate segments; one draft for each text, in order.

        Raises EngineError if the engine as a whole is lost.
        """

    def close(self) -> None:
        """Release processes and memory; safe to call twice."""
        return


class Engine(Protocol):
    """A way to translate; registered by name.

    An engine that is `automatic` may be chosen without being asked for.
    """

    name: str
    automatic: bool

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Language pairs (source, target) that can be translated on this machine now."""

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """Why a pair is not among `pairs()`, and what to do about it; one line.

        Nothing if `load` takes it all the same, as a variant of one that is: pt-BR for pt.
        """

    def load(
        self, source_lang: str, target_lang: str, settings: Settings = Settings()
    ) -> Translator:
        """Make the engine ready for a pair.  Raises EngineError if it cannot."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A translation unit as exports and checks see it: a row of the view `bitext`."""

    unit_id: int
    document_id: int
    document: str
    position: int
    source_lang: str
    target_lang: str
    source: str
    target: str
    state: State
    sub_state: str
    origin: str
    score: float | None
    version: int
    updated_by: str
    updated_at: str


class WordLink(NamedTuple):
    """Source word number `source` is target word number `target`, counted from 0.

    The words are lower case; `made_by` is the person who made the link, '' for statistics.
    """

    source: int
    target: int
    source_word: str
    target_word: str
    probability: float
    made_by: str = ""


class LinkDecision(NamedTuple):
    """A person's decision that two words, by number and as they stood, are linked or are not."""

    source: int
    target: int
    source_text: str
    target_text: str
    linked: bool
    actor: str


@dataclass(frozen=True, slots=True)
class LinkedUnit(Unit):
    """A unit with its word links; `spaced` words are what spaces separate, as in tokenized text."""

    links: tuple[WordLink, ...] = ()
    spaced: bool = False


class Reader(Protocol):
    """A document format that can be read into blocks; registered by name."""

    name: str
    extensions: tuple[str, ...]

    def blocks(self, text: str) -> Iterator[Block]:
        """Blocks of a document in reading order.  Raises InputError on broken input."""


class Writer(Protocol):
    """A bitext format that can be written; registered by name.

    One whose attribute `wants_links` is true is given those units that have word links, as LinkedUnit.
    Its suffixes name the files it fills, one stream each, in that order: `(".tmx",)`, or
    `(".en", ".es")` for a Moses pair.
    """

    name: str

    def suffixes(self, source_lang: str, target_lang: str) -> tuple[str, ...]:
        """Suffixes of the files written for a language pair."""

    def write(
        self,
        units: Iterable[Unit],
        streams: Sequence[IO[bytes]],
        *,
        source_lang: str,
        target_lang: str,
    ) -> int:
        """Write units to the open streams; returns how many.  Equal input gives equal bytes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says about a unit."""

    name: str
    severity: Literal["info", "warning", "error"]
    message: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hypothesis with who made it, how, and what speaks against it.

    `request` is the number under which an engine's answer to this very text is found again;
    `quality` is how much of it people will probably keep, 0-100; `pivots` the languages and texts
    that it went through; `links` its word links in Pharaoh's form, where the model's attention was kept.
    """

    hypothesis: Hypothesis
    origin: str
    signature: str
    request: int | None = None
    quality: float | None = None
    findings: tuple[Finding, ...] = ()
    pivots: tuple[tuple[str, str], ...] = ()
    links: str = ""


class Check(Protocol):
    """A rule that looks at one unit; registered by name."""

    name: str

    def findings(self, unit: Unit) -> Iterable[Finding]:
        """What is wrong with the unit; nothing if all is well."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A segment as an aligner sees it; `block` and `kind` as in Segment, headings are anchors."""

    text: str
    block: int = 0
    kind: BlockKind = "paragraph"


@dataclass(frozen=True, slots=True)
class TextPair:
    """Two texts to align and what is known about them beforehand.

    `source_mt` and `target_mt` are translations into the other language, one for each passage (an
    empty one where there is none).  `pinned` are pairs of source and target positions, each run
    ascending, that a person confirmed: these beads are kept as they are, and split the rest.
    """

    source: Sequence[Passage]
    target: Sequence[Passage]
    source_mt: Sequence[str] | None = None
    target_mt: Sequence[str] | None = None
    pinned: Sequence[tuple[tuple[int, ...], tuple[int, ...]]] = ()


@dataclass(frozen=True, slots=True)
class Bead:
    """One step of an alignment: m source and n target positions, 0-based, ascending; m, n >= 0.

    `confidence` is the probability that the bead is exactly right.  `signals` say what spoke for it
    and against it, in nats (log of how much likelier the bead is than chance); keys are among
    `length`, `lexical`, `mt`, `shape`, `structure`, `pinned`, or an aligner's own.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    confidence: float
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Beads that cover both texts, in the order of the source, and what to know about them.

    A source-less bead stands after its neighbour in the target.  `moved` are the stretches of the
    source, [first, end), whose translation stands elsewhere.  `fit` is the mean score per token in
    nats: near or below 0, the path is as good as chance.  `warnings` are for people.
    """

    beads: Sequence[Bead]
    fit: float
    moved: Sequence[tuple[int, int]] = ()
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tables:
    """How often forms of two languages were seen to translate each other: expected counts.

    Rows are (source form, target form, count); an empty form stands for how often the other occurred.
    Forms are an aligner's own features: lower-cased, cut words, single Han characters.
    """

    rows: Sequence[tuple[str, str, float]] = ()

    def reversed(self) -> Tables:
        """The same for the opposite direction."""
        return Tables([(target, source, count) for source, target, count in self.rows])


class Aligner(Protocol):
    """A way to align sentences; registered by name."""

    name: str

    def align(
        self,
        texts: Sequence[TextPair],
        *,
        langs: tuple[str, str],
        tables: Tables = Tables(),
        progress: Callable[[float], None] = lambda _: None,
        saved: MutableMapping[str, bytes] | None = None,
    ) -> tuple[list[Alignment], Tables]:
        """Align texts of one language pair, sharing what is learned from them.

        `tables` come from earlier texts of the pair and are only read; those returned hold what these
        texts taught, to be added to them.  `progress` gets the share done, 0-1.  `saved` keeps the
        finished parts of long work: give the same mapping again to go on from there.  Raises
        AlignError if the texts cannot be aligned.
        """
