"""Scores of labels, fitted to bags of features (pure; brings scikit-learn, which a web process never imports)."""

from __future__ import annotations

import warnings
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guichet.suggestions.texts import Kind, features, kind

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

# Of how many features of each kind there is room (of the commonest); and of how many weights.
ROOM, CELLS = 30_000, 1_500_000
# Up to how many texts each kind is worth its time.
UP_TO = {Kind.PIECE: 10_000, Kind.PAIR: 60_000}
# A feature counts that so many texts have: a name that one person is called by says nothing, and is nobody's business.
SHARED, SHARED_OF_FEW, FEW = 3, 2, 200
# What a machine looks at, each kind with its weight; and whether to it small labels weigh as much as large ones.
SINGLE, COARSE, FINE = "single", "coarse", "fine"
LOOKS = {
    SINGLE: {Kind.WORD: 1.0},
    COARSE: {Kind.WORD: 1.0, Kind.PAIR: 1.0},
    FINE: {Kind.WORD: 1.0, Kind.PAIR: 0.5, Kind.PIECE: 1.0},
}
PLAIN, BALANCED = "plain", "balanced"
Machine = tuple[str, str]
# The mean of some machines.
Way = tuple[Machine, ...]
# What an error costs: little makes smooth.
_COST = {
    (SINGLE, PLAIN): 0.3, (COARSE, PLAIN): 0.5, (FINE, PLAIN): 0.3,
    (SINGLE, BALANCED): 0.15, (COARSE, BALANCED): 0.15, (FINE, BALANCED): 0.1,
}  # fmt: skip
_PARTS = 5


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts (rows) by how often they have each feature (columns)."""

    counts: Any
    names: NDArray[Any]
    kinds: NDArray[Any]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Bags:
        from scipy.sparse import csr_matrix

        wanted = [one for one in Kind if len(texts) <= UP_TO.get(one, len(texts))]
        ids: defaultdict[str, int] = defaultdict()
        ids.default_factory = ids.__len__
        columns, data, ends = array("i"), array("f"), array("q", [0])
        for text in texts:
            found = features(text, wanted)
            columns.extend(map(ids.__getitem__, found))
            data.extend(found.values())
            ends.append(len(columns))
        values, where = np.frombuffer(data, np.float32), np.frombuffer(columns, np.int32)
        counts = csr_matrix((values, where, np.frombuffer(ends, np.int64)), shape=(len(texts), len(ids)))
        names = np.array(list(ids), dtype=object)
        return cls(counts, names, np.array([kind(name) for name in names], dtype=object))


@dataclass(frozen=True, slots=True)
class Fit:
    """The features that count (columns of the bags), how rare each is, and by machine its weight for each label."""

    names: list[str]
    columns: Whole
    idf: Floats
    kinds: NDArray[Any]
    weights: dict[Machine, Floats]
    bias: dict[Machine, Floats]

    def scores(self, bags: Bags, rows: Whole) -> dict[Machine, Floats]:
        matrix = _weighed(bags.counts[rows][:, self.columns], self.idf, self.kinds)
        return {machine: matrix @ weights + self.bias[machine] for machine, weights in self.weights.items()}


@dataclass(frozen=True, slots=True)
class Held:
    """Scores, by machine, of texts by what was learnt from others; and the labels that were right."""

    scores: dict[Machine, Floats]
    which: Whole


def ways(rows: int) -> list[Way]:
    """What is worth trying on so many texts, the widest means first."""
    looks: list[tuple[str, ...]] = [(SINGLE, COARSE), (COARSE,), (SINGLE,)]
    if rows <= UP_TO[Kind.PIECE]:
        looks = [(COARSE, FINE), (COARSE,), (FINE,)]
    balances = [(PLAIN, BALANCED), (PLAIN,), (BALANCED,)]
    every = [tuple((look, one) for look in some for one in balance) for some in looks for balance in balances]
    # Of few texts, which way does best on those held out is chance.
    return every[:1] if rows < FEW else every


def mean(of: Mapping[Machine, Floats], way: Way) -> Floats:
    total: Floats = sum((of[machine] for machine in way), np.zeros(1)) / len(way)
    return total


def folds(which: Whole, *, parts: int = _PARTS, seed: int) -> Whole:
    """The part that each row falls in: each label is spread evenly over the parts."""
    order = np.random.default_rng(seed).permutation(len(which))
    order = order[np.argsort(which[order], kind="stable")]
    part = np.empty(len(which), np.int64)
    part[order] = np.arange(len(which)) % parts
    return part


def held_out(bags: Bags, which: Whole, labels: int, *, seed: int) -> Held:
    """Every text held out once; where there are many of them or of labels, only some: that is measure enough."""
    part = folds(which, seed=seed)
    effort = bags.counts.nnz * labels
    many = len(which) > UP_TO[Kind.PIECE] or effort > 1e8
    rounds = 1 if many else 3 if effort > 4e7 else _PARTS
    machines = sorted({machine for way in ways(len(which)) for machine in way})
    scores: dict[Machine, list[Floats]] = defaultdict(list)
    rows = []
    for number in range(rounds):
        out = np.flatnonzero(part == number)
        rest = np.flatnonzero(part != number)
        fitted = fit(bags, which, labels, rows=rest, machines=machines)
        for machine, some in fitted.scores(bags, out).items():
            scores[machine].append(some)
        rows.append(out)
    return Held({machine: np.concatenate(some) for machine, some in scores.items()}, which[np.concatenate(rows)])


def fit(bags: Bags, which: Whole, labels: int, *, machines: Sequence[Machine], rows: Whole | None = None) -> Fit:
    """From these rows alone: what else there is gives neither a feature nor its rarity."""
    rows = np.arange(len(which)) if rows is None else rows
    counts, kinds = bags.counts[rows], {one for look, _balance in machines for one in LOOKS[look]}
    shared = np.bincount(counts.indices, minlength=counts.shape[1])
    room = _room(
        shared,
        bags.kinds,
        kinds=kinds,
        least=SHARED_OF_FEW if len(rows) < FEW else SHARED,
        most=min(ROOM, CELLS // labels),
    )
    columns = np.sort(np.concatenate(list(room)))
    idf = np.log((1 + len(rows)) / (1 + shared[columns])) + 1
    of = bags.kinds[columns]
    matrix = _weighed(counts[:, columns], idf, of)
    made = Fit(bags.names[columns].tolist(), columns, idf, of, {}, {})
    for machine in machines:
        look, _balance = machine
        scale = np.array([LOOKS[look].get(one, 0.0) for one in of])
        seen = np.flatnonzero(scale)
        weights, bias = _fitted(matrix[:, seen].multiply(scale[seen]).tocsr(), which[rows], labels, machine)
        made.weights[machine], made.bias[machine] = np.zeros((len(columns), labels)), bias
        made.weights[machine][seen] = weights * scale[seen, None]
    return made


def _room(shared: Whole, of: NDArray[Any], *, kinds: set[Kind], least: int, most: int) -> Iterator[Whole]:
    """Of each kind, the columns of the commonest features."""
    for one in Kind:
        mine = np.flatnonzero((of == one) & (shared >= least)) if one in kinds else np.zeros(0, np.int64)
        yield mine[np.argsort(-shared[mine], kind="stable")[:most]]


def _weighed(counts: Any, idf: Floats, kinds: NDArray[Any]) -> Any:
    """TF-IDF with the logarithm of counts; each kind has length 1."""
    matrix = counts.astype(np.float64).tocsr()
    matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    for one in Kind:
        mine = (kinds == one)[matrix.indices]
        length = np.sqrt(np.bincount(row[mine], matrix.data[mine] ** 2, minlength=matrix.shape[0]))
        matrix.data[mine] /= np.maximum(length[row[mine]], 1e-12)
    return matrix


def _fitted(matrix: Any, which: Whole, labels: int, of: Machine) -> tuple[Floats, Floats]:
    """Weights (features × labels) and bias; a label that these rows don't have is never guessed."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    weight = "balanced" if BALANCED in of else None
    # Of many texts the last digits of the weights change no guess, and take more than half of the time.
    near = 0.01 if len(which) <= UP_TO[Kind.PIECE] else 0.1
    machine = LinearSVC(C=_COST[of], class_weight=weight, tol=near, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(matrix, which)
    there, found, bias = machine.classes_, machine.coef_.T, machine.intercept_
    if len(there) == 2:
        found, bias = np.hstack([-found, found]), np.concatenate([-bias, bias])
    weights, biases = np.zeros((matrix.shape[1], labels)), np.full(labels, -3.0)
    weights[:, there], biases[there] = found, bias
    return weights, biases
