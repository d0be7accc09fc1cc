"""Decision trees (pure): what one is made of, how one walks it, what is wrong with it, how it is drawn as an outline.

A tree is written as JSON: `{"nodes": [node, …]}`; the first node is where one begins. A node is
`{"key", "kind", "fr", "en", "help_fr", "help_en", "answers": [{"key", "fr", "en", "to"}]}` and, where its kind asks
for it, `team`, `article` (numbers of rows) or `facts` (of `tickets.intake`). `to` is the key of another node; "" is
nowhere: who gives that answer hands the work over with all that was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

QUESTION, INSTRUCTION = "question", "instruction"
SOLVED, ARTICLE, HAND_OVER, TICKET = "solved", "article", "hand_over", "ticket"
ASKING = (QUESTION, INSTRUCTION)
ENDS = (SOLVED, ARTICLE, HAND_OVER, TICKET)
KINDS = (*ASKING, *ENDS)
# What one answers to an instruction; and what one may say to each question without its being written there.
DONE, NONE = "done", "none"
# One key of the keyboard for each.
ANSWERS_MAX = 9
NODES_MAX = 200
TEXT_MAX, HELP_MAX, ANSWER_MAX, KEY_MAX = 300, 2000, 120, 40


@dataclass(frozen=True, slots=True)
class Answer:
    """One way on from a node; `to` is "" where it leads nowhere."""

    key: str
    fr: str = ""
    en: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A question, an instruction, or an end."""

    key: str
    kind: str = QUESTION
    fr: str = ""
    en: str = ""
    help_fr: str = ""
    help_en: str = ""
    answers: tuple[Answer, ...] = ()
    team: int | None = None
    article: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        return self.kind in ASKING

    def answer(self, key: str) -> Answer | None:
        return next((answer for answer in self.answers if answer.key == key), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole tree, as it is walked."""

    nodes: tuple[Node, ...] = ()

    @property
    def start(self) -> Node | None:
        return self.nodes[0] if self.nodes else None

    def node(self, key: str) -> Node | None:
        return next((node for node in self.nodes if node.key == key), None)

    def leading_to(self, key: str) -> list[tuple[Node, Answer]]:
        return [(node, answer) for node in self.nodes for answer in node.answers if answer.to == key]


class Malformed(ValueError):
    """What was given is no tree. `where` is the place in it, such as `nodes[2].answers`; `what` a short code."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what, self.where = what, where


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong with a tree. What `blocks` has to be mended before it can be published."""

    code: str
    node: str = ""
    answer: str = ""

    @property
    def blocks(self) -> bool:
        return self.code not in _REMARKS


_REMARKS = frozenset({"dead_end", "unreachable"})


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the outline: the answer that leads here (None at the start), and the node; None where it leads nowhere.

    `again` where the node stands further up already: it isn't drawn a second time.
    """

    depth: int
    answer: Answer | None
    node: Node | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """Where one is after some answers: `at` is None where the last one leads nowhere."""

    taken: tuple[tuple[Node, Answer], ...]
    at: Node | None

    @property
    def ended(self) -> bool:
        return self.at is None or not self.at.asks


def walk(plan: Plan, answers: Iterable[str]) -> Walk | None:
    """From the start by these answers' keys; None where one of them isn't offered where it is given."""
    at, taken = plan.start, []
    for key in answers:
        answer = way(at, key) if at is not None else None
        if at is None or answer is None:
            return None
        taken.append((at, answer))
        at = plan.node(answer.to) if answer.to else None
    return Walk(taken=tuple(taken), at=at)


def way(node: Node, key: str) -> Answer | None:
    """The way on that this answer is; that none of them fits may always be said, and leads nowhere."""
    if not node.asks:
        return None
    return Answer(NONE) if key == NONE else node.answer(key)


def flaws(plan: Plan) -> list[Flaw]:
    """All that is wrong, in the order of the nodes; where none blocks, every way through the tree ends."""
    if plan.start is None:
        return [Flaw("empty")]
    found = [] if plan.start.asks else [Flaw("asks_nothing", plan.start.key)]
    reached, keys = reachable(plan), {node.key for node in plan.nodes}
    for node in plan.nodes:
        if not node.fr:
            found.append(Flaw("no_text", node.key))
        if node.kind == QUESTION and len(node.answers) < 2:
            found.append(Flaw("few_answers", node.key))
        if node.kind == ARTICLE and node.article is None:
            found.append(Flaw("no_article", node.key))
        for answer in node.answers:
            if node.kind == QUESTION and not answer.fr:
                found.append(Flaw("no_answer_text", node.key, answer.key))
            if not answer.to:
                found.append(Flaw("dead_end", node.key, answer.key))
            elif answer.to not in keys:
                found.append(Flaw("missing", node.key, answer.key))
        if node.key not in reached:
            found.append(Flaw("unreachable", node.key))
    return found + [Flaw("cycle", key) for key in sorted(circling(plan))]


def reachable(plan: Plan) -> frozenset[str]:
    """The nodes that some answers lead to, the start among them."""
    return _from(plan, plan.start.key) if plan.start else frozenset()


def would_circle(plan: Plan, *, source: str, target: str) -> bool:
    """Whether an answer of `source` that leads to `target` would let one go round for ever."""
    return source in _from(plan, target)


def circling(plan: Plan) -> frozenset[str]:
    """The nodes to which one may come back."""
    return frozenset(
        node.key for node in plan.nodes if any(node.key in _from(plan, to) for to in {a.to for a in node.answers} if to)
    )


def longest(plan: Plan) -> int:
    """How many answers one gives at most; of a tree without circles."""
    known: dict[str, int] = {}

    def depth(key: str, above: frozenset[str]) -> int:
        node = plan.node(key)
        if node is None or key in above:
            return 0
        if key not in known:
            known[key] = max((1 + depth(a.to, above | {key}) for a in node.answers), default=0)
        return known[key]

    return depth(plan.start.key, frozenset()) if plan.start else 0


def outline(plan: Plan, *, start: str = "") -> list[Row]:
    """The tree from its start (or from `start`) as lines, depth first; every node once."""
    first = plan.node(start) if start else plan.start
    by_key, shown = {node.key: node for node in plan.nodes}, set[str]()

    def below(node: Node, answer: Answer | None, depth: int) -> Iterator[Row]:
        if node.key in shown:
            yield Row(depth, answer, node, again=True)
            return
        shown.add(node.key)
        yield Row(depth, answer, node)
        for one in node.answers:
            target = by_key.get(one.to)
            if target is None:
                yield Row(depth + 1, one, None)
            else:
                yield from below(target, one, depth + 1)

    return list(below(first, None, 0)) if first else []


def loose(plan: Plan) -> list[Node]:
    """The nodes that nothing leads to, in their order."""
    reached = reachable(plan)
    return [node for node in plan.nodes if node.key not in reached]


def _from(plan: Plan, start: str) -> frozenset[str]:
    by_key = {node.key: node for node in plan.nodes}
    found, open_ones = set[str](), [start]
    while open_ones:
        key = open_ones.pop()
        if key in found or key not in by_key:
            continue
        found.add(key)
        open_ones += [answer.to for answer in by_key[key].answers if answer.to]
    return frozenset(found)


def read(content: Any) -> Plan:
    """The tree that `content` describes; Malformed where it is none. What only people can judge is left to `flaws`."""
    rows = _list(_mapping(content, "tree").get("nodes", []), "nodes", NODES_MAX)
    nodes = tuple(_node(row, f"nodes[{n}]") for n, row in enumerate(rows))
    _unlike([node.key for node in nodes], "nodes")
    return Plan(nodes)


def write(plan: Plan) -> dict[str, Any]:
    """The same as JSON; `read` gives the plan back."""
    return {"nodes": [written(node) for node in plan.nodes]}


def written(node: Node) -> dict[str, Any]:
    """One node as JSON."""
    made: dict[str, Any] = {name: getattr(node, name) for name in ("key", "kind", *_TEXTS)}
    made["answers"] = [{"key": a.key, "fr": a.fr, "en": a.en, "to": a.to} for a in node.answers]
    made |= {name: value for name in ("team", "article") if (value := getattr(node, name)) is not None}
    return made | ({"facts": dict(node.facts)} if node.facts else {})


_TEXTS = {"fr": TEXT_MAX, "en": TEXT_MAX, "help_fr": HELP_MAX, "help_en": HELP_MAX}


def _node(row: Any, where: str) -> Node:
    row = _mapping(row, where)
    kind = row.get("kind", QUESTION)
    if kind not in KINDS:
        raise Malformed("kind", f"{where}.kind")
    answers = tuple(
        _answer(one, f"{where}.answers[{n}]")
        for n, one in enumerate(_list(row.get("answers", []), f"{where}.answers", ANSWERS_MAX))
    )
    _unlike([answer.key for answer in answers], f"{where}.answers")
    facts = _mapping(row.get("facts", {}), f"{where}.facts")
    node = Node(
        key=_key(row.get("key"), f"{where}.key"),
        kind=kind,
        answers=answers,
        team=_number(row.get("team"), f"{where}.team"),
        article=_number(row.get("article"), f"{where}.article"),
        facts={_key(k, f"{where}.facts"): _text(v, f"{where}.facts.{k}", HELP_MAX) for k, v in facts.items()},
        **{name: _text(row.get(name, ""), f"{where}.{name}", limit) for name, limit in _TEXTS.items()},
    )
    return suited(node)


def suited(node: Node) -> Node:
    """The node without what its kind has no use for; an instruction has its one way on."""
    if node.kind == INSTRUCTION:
        on = node.answers[0] if node.answers else Answer(DONE)
        node = replace(node, answers=(replace(on, key=DONE),))
    elif node.kind != QUESTION:
        node = replace(node, answers=())
    return replace(
        node,
        team=node.team if node.kind == HAND_OVER else None,
        article=node.article if node.kind == ARTICLE else None,
        facts=node.facts if node.kind == TICKET else {},
    )


def with_texts(node: Node, *, line: Callable[[str], str], body: Callable[[str], str]) -> Node:
    """The node with its texts made safe: `line` for those on one line, `body` for those on several."""
    return replace(
        node,
        fr=line(node.fr),
        en=line(node.en),
        help_fr=body(node.help_fr),
        help_en=body(node.help_en),
        answers=tuple(replace(one, fr=line(one.fr), en=line(one.en)) for one in node.answers),
        facts={key: text for key, value in node.facts.items() if (text := body(value))},
    )


def _answer(row: Any, where: str) -> Answer:
    row = _mapping(row, where)
    key, to = _key(row.get("key"), f"{where}.key"), row.get("to") or ""
    if key == NONE:
        raise Malformed("key", f"{where}.key")
    return Answer(
        key=key,
        fr=_text(row.get("fr", ""), f"{where}.fr", ANSWER_MAX),
        en=_text(row.get("en", ""), f"{where}.en", ANSWER_MAX),
        to=_key(to, f"{where}.to") if to else "",
    )


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Malformed("type", where)
    return value


def _list(value: Any, where: str, limit: int) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise Malformed("type", where)
    if len(value) > limit:
        raise Malformed("too_many", where)
    return value


def _text(value: Any, where: str, limit: int) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise Malformed("type", where)
    if len(value) > limit:
        raise Malformed("too_long", where)
    return value.strip()


def _key(value: Any, where: str) -> str:
    usable = isinstance(value, str) and 0 < len(value) <= KEY_MAX and value.isascii()
    if not usable or not value.replace("-", "").replace("_", "").isalnum():
        raise Malformed("key", where)
    return str(value)


def _number(value: Any, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise Malformed("type", where)
    return value


def _unlike(keys: Sequence[str], where: str) -> None:
    if len(set(keys)) != len(keys):
        raise Malformed("repeated", where)
