"""The engine `libretranslate`: a server of the user's choice; the only engine that texts leave for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import lang
from workbench.engines import lines
from workbench.engines.libreserver import URL, RefusedError, Server, configured
from workbench.engines.packages import standard_tag
from workbench.errors import EngineError, InputError
from workbench.model import Draft, Hypothesis, Settings, Translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A request carries no more: the limits of public servers are near.
BATCH_TEXTS = 32
BATCH_CHARACTERS = 4000
# So many requests refused one after another are no bad luck: the server is lost.  (One text that it
# cannot take costs six: its batch is halved until it is alone.)
GIVE_UP_AFTER = 16


class LibreTranslate:
    """The engine `libretranslate`."""

    name = "libretranslate"

    def __init__(self) -> None:
        try:
            server = configured()
        except EngineError:  # said when the engine is asked for
            server = None
        # only a server on this machine is used without being asked for
        self.automatic = bool(server and server.is_here)

    def pairs(self) -> Iterable[tuple[str, str]]:
        """What the server offers; nothing if none is configured or it does not answer."""
        try:
            server = configured()
            return sorted(_codes(server)) if server else ()
        except EngineError:
            return ()

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """What to set; nothing if a variant of the pair can be had."""
        try:
            self._found(source_lang, target_lang)
        except EngineError as error:
            return str(error).removeprefix("libretranslate: ")
        return ""

    def load(
        self, source_lang: str, target_lang: str, _settings: Settings = Settings()
    ) -> LibreTranslator:
        """Make a connection for a pair."""
        server, codes = self._found(source_lang, target_lang)
        return LibreTranslator(server, *codes)

    def _found(self, source_lang: str, target_lang: str) -> tuple[Server, tuple[str, str]]:
        server = configured()
        if server is None:
            raise EngineError(
                f"libretranslate: no server is configured; set {URL}=http://HOST:PORT"
                " (texts are sent there)"
            )
        codes = _codes(server)
        near = lang.nearest_pair((source_lang, target_lang), codes)
        if near is None:
            raise EngineError(
                f"libretranslate: {server.url} does not translate {source_lang} to {target_lang}"
            )
        return server, codes[near]


class LibreTranslator(Translator):
    """One language pair of a server."""

    n_best = 4

    def __init__(self, server: Server, source: str, target: str) -> None:
        self._server = server
        self._pair = source, target
        self._most_texts = BATCH_TEXTS
        self._most_characters = BATCH_CHARACTERS
        self._refused_in_a_row = 0
        self.origin = f"libretranslate {server.host}"
        self.signature = f"engine:libretranslate|server:{server.url}|pair:{source}-{target}"
        self.notice = "" if server.is_here else _notice(server)

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
        """Translate segments line by line; a text that the server refuses costs only itself."""
        cut = [lines.cut(text) for text in texts]
        wanted = {line.core for mine in cut for line in mine if line.speaks}
        answers: dict[str, list[str] | str] = {}
        for batch in self._batches(sorted(wanted, key=len)):
            answers |= self._asked(batch, hypotheses - 1)
        return [_draft(mine, answers, hypotheses) for mine in cut]

    def _batches(self, texts: Sequence[str]) -> Iterable[list[str]]:
        """Texts in requests of a size that the server takes, as far as is known by then."""
        batch: list[str] = []
        size = 0
        for text in texts:
            full = len(batch) >= self._most_texts or size + len(text) > self._most_characters
            if batch and full:
                yield batch
                batch, size = [], 0
            batch.append(text)
            size += len(text)
        if batch:
            yield batch

    def _asked(self, texts: list[str], more: int) -> dict[str, list[str] | str]:
        """The translations of each text, or why there are none: of many, those that fail are found."""
        try:
            answers = self._server.translate([lines.sendable(t) for t in texts], *self._pair, more)
        except RefusedError as error:
            self._count(error)
            if len(texts) == 1:
                return {texts[0]: f"{self._server.host}: {error}"}
            return self._halves(texts, more, shrink=error.too_much)
        self._refused_in_a_row = 0
        return dict(zip(texts, answers, strict=True))

    def _halves(self, texts: list[str], more: int, *, shrink: bool) -> dict[str, list[str] | str]:
        middle = len(texts) // 2
        answers = self._asked(texts[:middle], more) | self._asked(texts[middle:], more)
        if shrink and not any(isinstance(answer, str) for answer in answers.values()):
            self._most_texts = min(self._most_texts, len(texts) - middle)
            self._most_characters = min(self._most_characters, sum(map(len, texts)) // 2)
        return answers

    def _count(self, error: RefusedError) -> None:
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= GIVE_UP_AFTER:
            raise EngineError(
                f"libretranslate: {self._server.url} fails again and again ({error});"
                " what is stored stays: run again when it works"
            )


def _codes(server: Server) -> dict[tuple[str, str], tuple[str, str]]:
    """The server's codes of each pair of language tags; what is no language is left out."""
    tags: dict[str, str] = {}
    listed = server.languages()
    for code in {*listed, *(target for targets in listed.values() for target in targets)}:
        try:
            tags[code] = standard_tag(code)
        except InputError:
            continue
    return {
        (tags[source], tags[target]): (source, target)
        for source, targets in listed.items()
        for target in targets
        if source in tags and target in tags and tags[source] != tags[target]
    }


def _draft(mine: list[lines.Line], answers: dict[str, list[str] | str], most: int) -> Draft:
    """The draft of a text from the answers to its lines: first with first, second with second."""
    found = [answers[line.core] if line.speaks else [line.core] for line in mine]
    if refused := next((answer for answer in found if isinstance(answer, str)), None):
        return Draft(error=refused)
    speaking = [len(f) for f, line in zip(found, mine, strict=True) if line.speaks]
    count = min([most, *speaking]) if speaking else 1
    texts = [lines.put_back(mine, [f[min(n, len(f) - 1)] for f in found]) for n in range(count)]
    return Draft(tuple(Hypothesis(text) for text in dict.fromkeys(texts)))


def _notice(server: Server) -> str:
    plain = "" if server.url.startswith("https:") else ", not encrypted"
    return f"texts leave this machine: they are sent to {server.url}{plain}"
