"""The engine `ctranslate2`: folders of converted OPUS-MT, NLLB, M2M-100 and similar models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import lang
from workbench.engines.chain import Chain
from workbench.engines.folders import Folder, found, places
from workbench.engines.neural import Form, Model, version
from workbench.errors import EngineError
from workbench.model import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Set
    from pathlib import Path

    Pair = tuple[str, str]


class Converted:
    """The engine `ctranslate2`."""

    name = "ctranslate2"
    automatic = True

    def pairs(self) -> Iterable[tuple[str, str]]:
        """The pairs of all usable folders, and those of two that meet in a pivot language."""
        direct = {pair for folder in found() for pair in folder.pairs}
        return sorted(direct | _pivoted(direct))

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """Where to put a model; nothing if a variant of the pair can be had."""
        folders = found()
        if _route(folders, (source_lang, target_lang)):
            return ""
        where = " or ".join(map(str, places()))
        broken = "".join(
            f"; {folder.name}: {folder.problem}" for folder in folders if folder.problem
        )
        return (
            f"no model folder for {source_lang} to {target_lang} in {where}"
            f" (docs/engines.md says how to convert one){broken}"
        )

    def load(self, source_lang: str, target_lang: str, settings: Settings = Settings()) -> Chain:
        """Load the model of a pair, that of the fewest languages; or several that meet in pivots."""
        route = _route(found(), (source_lang, target_lang))
        if not route:
            raise EngineError(f"ctranslate2: {self.why_not(source_lang, target_lang)}")
        models = [_model(folder, pair, settings) for folder, pair in route]
        names = [folder.name for folder, _ in route]
        steps = [f"{folder.fingerprint()}-{'-'.join(pair)}" for folder, pair in route]
        return Chain(
            models,
            [pair[1] for _, pair in route[:-1]],
            origin=f"ctranslate2 {' + '.join(names)}",
            signature=(
                f"engine:ctranslate2|models:{'+'.join(names)}|weights:{'+'.join(steps)}"
                f"|{settings.signature}|version:{version()}"
            ),
        )


class SentencePieces:
    """The tokenizer of a model folder; `files` are for source and target, or one for both."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._source, self._target = _processor(files[0]), _processor(files[-1])

    def encode(self, text: str) -> list[str]:
        """The tokens of a text."""
        tokens: list[str] = self._source.encode(text, out_type=str)
        return tokens

    def decode(self, tokens: Sequence[str]) -> str:
        """The text of tokens; a source word that was taken over as it is loses its mark too."""
        text: str = self._target.decode_pieces(list(tokens))
        return text.replace("\u2581", " ")


def _processor(file: Path) -> Any:  # noqa: ANN401 - sentencepiece has no types
    import sentencepiece

    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(file))
    except (OSError, RuntimeError) as error:
        raise EngineError(
            f"ctranslate2: {file} is no SentencePiece model; copy it again from the original model"
        ) from error


def _model(folder: Folder, pair: Pair, settings: Settings) -> Model:
    """A folder's model with the tokens that it wants for a pair."""
    source, target = folder.sources[pair[0]], folder.targets[pair[1]]
    end = (folder.end,) if folder.end else ()
    if folder.both_sides:
        form = Form(before=(source,), after=end, target_prefix=(target,))
    else:
        form = Form(before=(target,) if target else (), after=end)
    return Model(folder.path, SentencePieces(folder.tokenizers), form, settings)


def _route(folders: Sequence[Folder], pair: Pair) -> list[tuple[Folder, Pair]]:
    """The folders for a pair, each with the pair as it has it: one, before several, before none."""
    for folder in folders:
        if pair[0] in folder.sources and pair[1] in folder.targets:
            return [(folder, pair)]
    for folder in folders:
        if near := lang.nearest_pair(pair, folder.pairs):
            return [(folder, near)]
    return [] if lang.same_language(*pair) else _way(folders, pair)


def _way(folders: Sequence[Folder], pair: Pair) -> list[tuple[Folder, Pair]]:
    """The shortest way through pivot languages; English is the best, of equals the first."""
    found: dict[str, list[tuple[Folder, Pair]]] = {pair[0]: []}
    level = [pair[0]]
    while level and pair[1] not in found:
        steps = [
            (folder, (here, target))
            for here in sorted(level, key=lambda tag: tag != "en")
            for folder in folders if here in folder.sources
            for target in folder.targets
        ]  # fmt: skip
        level = []
        for folder, (here, target) in steps:
            if target not in found:
                found[target] = [*found[here], (folder, (here, target))]
                level.append(target)
    return found.get(pair[1], [])


def _pivoted(direct: Set[Pair]) -> set[Pair]:
    """The pairs that two of the direct ones make."""
    reached: dict[str, set[str]] = {}
    for source, target in direct:
        reached.setdefault(source, set()).add(target)
    everything = {target for _, target in direct}
    found_pairs: set[Pair] = set()
    for source, targets in reached.items():
        if len(everything - targets) > 1:  # a model of many languages reaches all of them itself
            for pivot in targets:
                found_pairs |= {(source, target) for target in reached.get(pivot, ())}
    return {(s, t) for s, t in found_pairs if not lang.same_language(s, t)}
