"""What was learnt, as it is kept and asked (pure, numpy): no code comes out of its bytes."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from guichet.suggestions.measuring import softmax
from guichet.suggestions.texts import Kind, features, kind, pairs, pieces, words, written

if TYPE_CHECKING:
    from guichet.suggestions.fitting import Fit, Way

Halves = NDArray[np.float16]
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

# Version of the layout of the bytes.
LAYOUT = 1
# How many words a guess is explained by.
WORDS = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """A label, how sure (0 to 1), and the words of the text that spoke most for it, as they stand there."""

    label: str
    confidence: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """Of each feature how rare it is and how much it speaks for each label; confidence is the softmax of the sums."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    idf: NDArray[np.float32]
    weights: Halves
    bias: NDArray[np.float32]
    temperature: float
    _column: dict[str, int] = field(init=False, repr=False, compare=False)
    _masks: dict[Kind, NDArray[np.bool_]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        kinds = [kind(name) for name in self.names]
        masks = {one: np.array([other is one for other in kinds], dtype=np.bool_) for one in Kind if one in kinds}
        object.__setattr__(self, "_column", {name: column for column, name in enumerate(self.names)})
        object.__setattr__(self, "_masks", masks)

    @classmethod
    def of(cls, fit: Fit, way: Way, *, labels: tuple[str, ...], temperature: float) -> Learned:
        return cls(
            labels=labels,
            names=tuple(fit.names),
            idf=fit.idf.astype(np.float32),
            weights=np.mean([fit.weights[machine] for machine in way], axis=0).astype(np.float16),
            bias=np.mean([fit.bias[machine] for machine in way], axis=0).astype(np.float32),
            temperature=temperature,
        )

    def guess(self, text: str, *, most: int = 3) -> list[Guess]:
        """The likeliest labels, the likeliest first; [] where no word of the text is known."""
        columns, values = self._weighed(text)
        if not len(columns):
            return []
        spoken: Floats = self.weights[columns] * values[:, None]
        shares = self._shares(spoken)
        spoken -= spoken.mean(axis=1, keepdims=True)
        best = np.argsort(-shares, kind="stable")[:most].tolist()
        because = self._because(text, columns, spoken[:, best])
        return [Guess(self.labels[one], float(shares[one]), why) for one, why in zip(best, because, strict=True)]

    def shares(self, text: str) -> Floats:
        """The confidence in each of `labels`; where no word is known, what the bias says."""
        columns, values = self._weighed(text)
        return self._shares(self.weights[columns] * values[:, None])

    def _shares(self, spoken: Floats) -> Floats:
        shares: Floats = softmax((spoken.sum(axis=0) + self.bias)[None, :] / self.temperature)[0]
        return shares

    def _weighed(self, text: str) -> tuple[Whole, Floats]:
        """The columns of the features that are known and what each weighs, as in `fitting`."""
        known = [
            (column, times)
            for name, times in features(text, self._masks).items()
            if (column := self._column.get(name)) is not None
        ]
        columns = np.array([column for column, _times in known], dtype=np.int64)
        values: Floats = (1 + np.log(np.array([times for _column, times in known], dtype=np.float64))) * self.idf[
            columns
        ]
        for mask in self._masks.values():
            mine = mask[columns]
            values[mine] /= max(float(np.sqrt((values[mine] ** 2).sum())), 1e-12)
        return columns, values

    def _because(self, text: str, columns: Whole, spoken: Floats) -> list[tuple[str, ...]]:
        """For each label (column of `spoken`): what a word, its pieces and half of its pairs say together."""
        at = {column: place for place, column in enumerate(columns.tolist())}
        found = words(text)
        number = {word: i for i, word in enumerate(w for w in dict.fromkeys(found) if len(w) > 2 and w in self._column)}
        # Which word (by number) has a part in which feature (by its place), and how large a part.
        parts = [(number[word], name, 1.0) for word in number for name in {word, *pieces(word)}]
        for (first, second), name in zip(pairwise(found), pairs(found), strict=True):
            parts += [(number[word], name, 0.5) for word in (first, second) if word in number]
        heard = [(one, at[self._column[name]], part) for one, name, part in parts if name in self._column]
        whose = np.array([one for one, _place, _part in heard], dtype=np.int64)
        place = np.array([one for _whose, one, _part in heard], dtype=np.int64)
        part = np.array([one for _whose, _place, one in heard], dtype=np.float64)
        as_written, names = written(text), list(number)
        said = []
        for label in range(spoken.shape[1]):
            sums = np.bincount(whose, spoken[place, label] * part, minlength=len(names))
            strongest = [names[i] for i in np.argsort(-sums, kind="stable")[:WORDS].tolist() if sums[i] > 0]
            said.append(tuple(as_written.get(word, word) for word in strongest))
        return said

    def to_bytes(self) -> bytes:
        said = {
            "layout": LAYOUT,
            "labels": self.labels,
            "names": self.names,
            "temperature": self.temperature,
        }
        out = io.BytesIO()
        text = np.frombuffer(json.dumps(said, ensure_ascii=False).encode(), np.uint8)
        np.savez_compressed(out, said=text, idf=self.idf, weights=self.weights, bias=self.bias)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Learned:
        """The inverse of `to_bytes`; ValueError for what is none or of another layout."""
        try:
            with np.load(io.BytesIO(kept), allow_pickle=False) as arrays:
                said: dict[str, Any] = json.loads(arrays["said"].tobytes())
                idf, weights, bias = arrays["idf"], arrays["weights"], arrays["bias"]
        except Exception as cause:
            raise ValueError("these bytes hold nothing learnt") from cause
        if said.get("layout") != LAYOUT or weights.shape != (len(said["names"]), len(said["labels"])):
            raise ValueError("what these bytes hold was learnt by another version")
        return cls(
            labels=tuple(said["labels"]),
            names=tuple(said["names"]),
            idf=idf,
            weights=weights,
            bias=bias,
            temperature=float(said["temperature"]),
        )
