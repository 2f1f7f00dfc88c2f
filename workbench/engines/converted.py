"""The engine `ctranslate2`: folders of converted OPUS-MT, NLLB, M2M-100 and similar models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import lang
from workbench.engines.folders import Folder, found, places
from workbench.engines.neural import Form, Model, version
from workbench.errors import EngineError
from workbench.model import Draft, Settings, Translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


class Converted:
    """The engine `ctranslate2`."""

    name = "ctranslate2"
    automatic = True

    def pairs(self) -> Iterable[tuple[str, str]]:
        """The pairs of all usable folders."""
        return sorted({pair for folder in found() for pair in folder.pairs})

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """Where to put a model; nothing if a variant of the pair can be had."""
        folders = found()
        if _nearest(folders, source_lang, target_lang):
            return ""
        where = " or ".join(map(str, places()))
        broken = "".join(
            f"; {folder.name}: {folder.problem}" for folder in folders if folder.problem
        )
        return (
            f"no model folder for {source_lang} to {target_lang} in {where}"
            f" (docs/engines.md says how to convert one){broken}"
        )

    def load(
        self, source_lang: str, target_lang: str, settings: Settings = Settings()
    ) -> ConvertedTranslator:
        """Load the model of a pair: that of the fewest languages."""
        nearest = _nearest(found(), source_lang, target_lang)
        if nearest is None:
            raise EngineError(f"ctranslate2: {self.why_not(source_lang, target_lang)}")
        return ConvertedTranslator(*nearest, settings)


class ConvertedTranslator(Translator):
    """A model folder made ready for one language pair."""

    concurrent = True
    n_best = 8

    def __init__(self, folder: Folder, pair: tuple[str, str], settings: Settings) -> None:
        source, target = folder.sources[pair[0]], folder.targets[pair[1]]
        end = (folder.end,) if folder.end else ()
        if folder.both_sides:
            form = Form(before=(source,), after=end, target_prefix=(target,))
        else:
            form = Form(before=(target,) if target else (), after=end)
        self._model = Model(folder.path, SentencePieces(folder.tokenizers), form, settings)
        self.origin = f"ctranslate2 {folder.name}"
        self.signature = (
            f"engine:ctranslate2|model:{folder.name}|weights:{folder.fingerprint()}"
            f"|pair:{pair[0]}-{pair[1]}|beam:{settings.beam}|version:{version()}"
        )

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
        """Translate segments."""
        return self._model.translate(texts, hypotheses)

    def close(self) -> None:
        """Release the model's memory."""
        self._model.close()


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


def _nearest(
    folders: Sequence[Folder], source_lang: str, target_lang: str
) -> tuple[Folder, tuple[str, str]] | None:
    """The folder for a pair, and the pair as it has it: the pair itself before its variants."""
    pair = source_lang, target_lang
    for folder in folders:
        if pair[0] in folder.sources and pair[1] in folder.targets:
            return folder, pair
    for folder in folders:
        if near := lang.nearest_pair(pair, folder.pairs):
            return folder, near
    return None
