"""Keeps the finished parts of long work in a mapping of the caller's, to go on where it ended."""

from __future__ import annotations

import io
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.deciding import Verdict
from workbench.aligners.lexicon import Counts
from workbench.aligners.pool import Stretch

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from numpy.typing import NDArray

    from workbench.aligners.pool import Pool
    from workbench.model import Tables, TextPair

    Arrays = dict[str, NDArray[np.generic]]


class Saved:
    """The parts of one piece of work; those of other texts or tables are neither read nor touched."""

    def __init__(
        self,
        kept: MutableMapping[str, bytes] | None,
        texts: Sequence[TextPair],
        langs: tuple[str, str],
        tables: Tables,
    ) -> None:
        self.kept = kept
        self.name = _digest(texts, langs, tables) if kept is not None else ""

    def read(self, part: str) -> Arrays | None:
        """The arrays of a part, or None if it is not done yet."""
        data = (self.kept or {}).get(f"{self.name}-{part}")
        if data is None:
            return None
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return dict(arrays)

    def write(self, part: str, arrays: Arrays) -> None:
        """Keep the arrays of a part."""
        if self.kept is not None:
            file = io.BytesIO()
            np.savez_compressed(file, allow_pickle=False, **arrays)
            self.kept[f"{self.name}-{part}"] = file.getvalue()


def _digest(texts: Sequence[TextPair], langs: tuple[str, str], tables: Tables) -> str:
    """A name for this work: the same texts, tables and confirmed beads give the same."""
    digest = sha256(repr(langs).encode())
    for text in texts:
        for side in (text.source, text.target):
            digest.update(f"{len(side)}\n".encode())
            for p in side:
                digest.update(f"{p.block} {p.kind} {p.text}\n".encode("utf-8", "surrogatepass"))
        for translation in (text.source_mt, text.target_mt):
            digest.update(repr(translation).encode("utf-8", "surrogatepass"))
        digest.update(repr(sorted(text.pinned)).encode())
    for row in tables.rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def pack(verdicts: Sequence[Verdict], pool: Pool) -> Arrays:
    """What a batch decided and taught."""
    arrays: Arrays = {}
    for k, verdict in enumerate(verdicts):
        arrays |= {
            f"text{k}": np.array(verdict.stretch.text),
            f"rows{k}": verdict.stretch.rows,
            f"columns{k}": verdict.stretch.columns,
            f"beads{k}": verdict.beads,
            f"sure{k}": verdict.sure,
        }
        arrays |= {f"why{k}-{name}": values for name, values in verdict.reasons.items()}
    for k, channel in enumerate(pool.channels):
        for way, counts in enumerate(channel.fresh or ()):
            arrays |= {
                f"channel{k}-{way}-{name}": getattr(counts, name)
                for name in ("key", "pair", "given", "seen")
            }
    return arrays


def unpack(arrays: Arrays, pool: Pool) -> list[Verdict]:
    """The verdicts of a batch; the pool gets what it taught."""
    verdicts = []
    for k in range(sum(name.startswith("text") for name in arrays)):
        a: dict[str, NDArray[np.generic]] = arrays
        stretch = Stretch(int(a[f"text{k}"]), _ints(a[f"rows{k}"]), _ints(a[f"columns{k}"]))
        why = f"why{k}-"
        reasons = {n.removeprefix(why): _floats(a[n]) for n in a if n.startswith(why)}
        verdicts.append(Verdict(stretch, _ints(a[f"beads{k}"]), _floats(a[f"sure{k}"]), reasons))
    for k, channel in enumerate(pool.channels):
        counts = [
            Counts(
                _ints(arrays[f"channel{k}-{way}-key"]),
                *(_floats(arrays[f"channel{k}-{way}-{n}"]) for n in ("pair", "given", "seen")),
            )
            for way in (0, 1)
            if f"channel{k}-{way}-key" in arrays
        ]
        channel.fresh = (counts[0], counts[1]) if counts else None
    return verdicts


def _ints(values: NDArray[np.generic]) -> NDArray[np.int64]:
    return values.astype(np.int64)


def _floats(values: NDArray[np.generic]) -> NDArray[np.float64]:
    return values.astype(np.float64)
