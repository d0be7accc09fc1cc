"""The college's stories."""

from guichet.demo.stage import Stage, Story


def stories(stage: Stage) -> list[Story]:
    return [printer(stage)]


def printer(s: Stage) -> Story:
    yield s.at(6, "9:12")
    t = s.open("lucie", "L’imprimante du secrétariat", "Elle ne sort plus rien depuis ce matin.", category="printing",
               impact="group", urgency="blocked", by="nadia", channel="phone")
    yield s.later(3)
    s.take(t, "nadia")
