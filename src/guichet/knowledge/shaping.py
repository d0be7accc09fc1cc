"""Changing a decision tree (pure): each function gives a new plan and leaves the one that it got as it is."""

from __future__ import annotations

from dataclasses import replace

from guichet.knowledge.walking import DONE, NODES_MAX, Answer, Node, Plan, suited, would_circle


class Unfitting(ValueError):
    """The tree can't be changed so; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin(kind: str) -> Plan:
    """A tree with its first step, still without words."""
    return Plan((suited(Node(key="n1", kind=kind)),))


def put(plan: Plan, node: Node) -> Plan:
    """The node in the place of the one of its key. Unfitting where one could then go round for ever."""
    if plan.node(node.key) is None:
        raise Unfitting("gone")
    node = suited(node)
    keys = {one.key for one in plan.nodes}
    for answer in node.answers:
        if answer.to and answer.to not in keys:
            raise Unfitting("missing")
        if answer.to and would_circle(_without_ways(plan, node.key), source=node.key, target=answer.to):
            raise Unfitting("cycle")
    return Plan(tuple(node if one.key == node.key else one for one in plan.nodes))


def grow(plan: Plan, *, source: str, answer: str, kind: str) -> tuple[Plan, str]:
    """A new node where that answer leads from now on; its key."""
    node = plan.node(source)
    if node is None or node.answer(answer) is None:
        raise Unfitting("gone")
    if len(plan.nodes) >= NODES_MAX:
        raise Unfitting("too_many")
    key = _free(plan)
    ways = tuple(replace(way, to=key) if way.key == answer else way for way in node.answers)
    grown = Plan((*plan.nodes, suited(Node(key=key, kind=kind))))
    return put(grown, replace(node, answers=ways)), key


def remove(plan: Plan, key: str) -> Plan:
    """Without that node: the answers that led to it lead nowhere, what stood only below it stays, loose."""
    if plan.node(key) is None:
        raise Unfitting("gone")
    rest = [node for node in plan.nodes if node.key != key]
    return Plan(tuple(replace(node, answers=tuple(_cut(way, key) for way in node.answers)) for node in rest))


def move_answer(plan: Plan, *, source: str, answer: str, up: bool) -> Plan:
    """One place up or down among the answers of its question; at the end of the row it stays where it is."""
    node = plan.node(source)
    if node is None or node.answer(answer) is None:
        raise Unfitting("gone")
    ways = list(node.answers)
    at = next(n for n, way in enumerate(ways) if way.key == answer)
    to = at - 1 if up else at + 1
    if 0 <= to < len(ways):
        ways[at], ways[to] = ways[to], ways[at]
    return put(plan, replace(node, answers=tuple(ways)))


def free_answer(answers: tuple[Answer, ...]) -> str:
    """A key that none of the answers has."""
    taken, number = {answer.key for answer in answers} | {DONE}, 1
    while f"a{number}" in taken:
        number += 1
    return f"a{number}"


def possible_targets(plan: Plan, source: str) -> list[Node]:
    """The nodes to which an answer of `source` may lead without going round."""
    return [node for node in plan.nodes if not would_circle(plan, source=source, target=node.key)]


def _without_ways(plan: Plan, key: str) -> Plan:
    """As if nothing led on from that node: whether a new way closes a circle depends on the others' ways alone."""
    return Plan(tuple(replace(node, answers=()) if node.key == key else node for node in plan.nodes))


def _cut(way: Answer, key: str) -> Answer:
    return replace(way, to="") if way.to == key else way


def _free(plan: Plan) -> str:
    taken, number = {node.key for node in plan.nodes}, len(plan.nodes) + 1
    while f"n{number}" in taken:
        number += 1
    return f"n{number}"
