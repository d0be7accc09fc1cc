"""A small tree for tests: it can be solved, handed over, come to an article or a ticket, or lead nowhere."""

from typing import Any

from guichet.knowledge import trees
from guichet.knowledge.models import Tree
from guichet.people.models import Organisation, Person
from tests.builders import NOW


def _answer(key: str, fr: str, en: str, to: str = "") -> dict[str, str]:
    return {"key": key, "fr": fr, "en": en, "to": to}


STEPS: dict[str, Any] = {
    "nodes": [
        {
            "key": "n1", "kind": "question", "fr": "L’imprimante est-elle allumée ?", "en": "Is the printer on?",
            "answers": [
                _answer("a1", "Oui", "Yes", "n2"), _answer("a2", "Non", "No", "n3"),
                _answer("a3", "Je ne sais pas", "I don’t know"),
            ],
        },
        {
            "key": "n2", "kind": "question", "fr": "Que dit l’écran ?", "en": "What does its screen say?",
            "answers": [
                _answer("a1", "Plus de papier", "Out of paper", "n3"), _answer("a2", "Une erreur", "An error", "n5"),
                _answer("a3", "Rien", "Nothing", "n6"),
            ],
        },
        {
            "key": "n3", "kind": "instruction", "fr": "Allumez-la, ou ajoutez du papier.",
            "en": "Switch it on, or add paper.", "answers": [_answer("done", "", "", "n4")],
        },
        {"key": "n4", "kind": "solved", "fr": "Elle imprime de nouveau.", "en": "It prints again."},
        {"key": "n5", "kind": "hand_over", "fr": "Une panne de l’appareil.", "en": "The device has failed."},
        {
            "key": "n6", "kind": "ticket", "fr": "Il faut un ticket.", "en": "It takes a ticket.",
            "facts": {"tried": "Allumée, rien à l’écran"},
        },
    ]
}  # fmt: skip


def draft(desk: Organisation, *, by: Person, name: str = "Je ne peux pas imprimer", **fields: Any) -> Tree:
    values = {"name_en": "", "category": None, "for_requesters": False, **fields}
    return trees.save(tree=None, desk=desk, name_fr=name, content=STEPS, actor=by, now=NOW, **values)


def rewritten(tree: Tree, *, content: Any, by: Person) -> Tree:
    """The same tree with other steps."""
    names = ("desk", "name_fr", "name_en", "category", "for_requesters")
    same = {name: getattr(tree, name) for name in names}
    return trees.save(tree=tree, content=content, actor=by, now=NOW, **same)


def published(desk: Organisation, *, by: Person, **fields: Any) -> Tree:
    return trees.publish(draft(desk, by=by, **fields), actor=by, now=NOW)
