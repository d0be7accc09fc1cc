"""Decision trees: read, written as a whole, published, copied; and walked, answer by answer."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, etag, shown, versions_in
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown, named
from guichet.api.v1.tickets_shape import find_for_desk
from guichet.catalog.models import Category
from guichet.knowledge import running, trees, walking
from guichet.knowledge.models import Run, RunOutcome, Tree, TreeState
from guichet.lib.errors import Stale
from guichet.people.models import Organisation
from guichet.tickets import guided

router = Resource(tag="Decision trees", scope="knowledge")
TREES_MAX = 500
Name = Annotated[str, Field(max_length=120)]
Content = Annotated[
    dict[str, Any],
    Field(description="`{nodes: [{key, kind, fr, en, help_fr, help_en, answers: [{key, fr, en, to}], …}]}`"),
]


class TreeGiven(Given):
    """What a tree is called, for whom it is, and what it says; without `content` its steps stay as they are."""

    name_fr: Name
    name_en: Name = ""
    category: RowId | None = None
    for_requesters: bool = False
    content: Content | None = None


class NewTree(TreeGiven):
    """The same, of a new one. Of your own desk where none is named."""

    desk: RowId | None = None


class TreeRow(Named):
    """A tree in a list."""

    desk: Named | None
    category: Named | None
    state: Annotated[str, OneOf.these(TreeState)]
    for_requesters: bool
    version: int | None = Field(description="The number of the version that is walked")


class TreeShown(TreeRow):
    """A tree with its steps: what is worked on for those who treat at its desk, for others what is walked."""

    name_fr: str
    name_en: str
    changed: bool = Field(description="Something is different from what is walked")
    content: dict[str, Any]
    flaws: list[FlawShown]


class FlawShown(Shown):
    """Something that is wrong with it; what blocks has to be mended before it is published."""

    code: str
    node: str
    answer: str
    blocks: bool


class TreeRunGiven(Given):
    """With whom, or for which ticket. Whoever doesn't treat at the desk walks it alone."""

    ticket: Annotated[str, Field(max_length=20)] | None = None
    person: RowId | None = None
    key: Annotated[uuid.UUID | None, Field(description="Begun twice with the same key, it is one run")] = None


class TreeAnswerGiven(Given):
    """The key of the answer, and the number of the move that it is; `none`: none of the answers fits."""

    move: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    answer: Annotated[str, Field(max_length=walking.KEY_MAX)]
    note: Annotated[str, Field(max_length=running.NOTE_MAX)] = ""


class TreeVerdictGiven(Given):
    """Whether it works now."""

    solved: bool


class AskedShown(Shown):
    """A question and what was answered, in the language of Accept-Language."""

    question: str
    answer: str
    note: str


class TreeRunShown(Shown):
    """Where a run stands. `node` is what is asked or told now; null where the last answer leads nowhere."""

    key: uuid.UUID
    tree: Named | None
    version: int
    person: Named | None
    by: Named | None
    alone: bool
    ticket: str | None
    move: int = Field(description="The number of the next answer")
    node: dict[str, Any] | None
    asked: list[AskedShown]
    started_at: datetime
    ended_at: datetime | None
    outcome: Annotated[str, OneOf("", *RunOutcome.values)]
    solved: bool | None


TreeShown.model_rebuild()


@router.read("/trees", answer=list[TreeRow])
def list_trees(request: ApiRequest) -> list[TreeRow]:
    """Those of the desks where you treat, drafts too; elsewhere those that you may walk alone."""
    found = Tree.objects.visible_to(request.person).for_list().order_by("name_fr", "pk")
    return [TreeRow(**_row(tree)) for tree in found[:TREES_MAX]]


@router.write("POST", "/trees", answer=TreeShown, status=201, guarded=False)
def add_tree(request: ApiRequest, body: NewTree) -> HttpResponse:
    """A new tree, as a draft. Managers only."""
    own = request.person.organisation.desk
    desks = Organisation.objects.filter(pk__in=reach.desks(request.person))
    desk = reach.named_in_body(desks, body.desk, field="desk") or own
    return _saved(request, None, desk, body, status=201)


@router.read("/trees/{number}", answer=TreeShown, cached=True)
def read_tree(request: ApiRequest, number: PathId) -> HttpResponse:
    """One tree with its steps: what one keeps to bring it elsewhere."""
    tree = _find(request, number)
    if tree.revision in versions_in(request.headers.get("If-None-Match", "")):
        unchanged = HttpResponse(status=304)
        unchanged["ETag"] = etag(tree.revision)
        return unchanged
    return _show(request, tree)


@router.write("PUT", "/trees/{number}", answer=TreeShown)
def change_tree(request: ApiRequest, number: PathId, body: TreeGiven) -> HttpResponse:
    """Say anew what it is called and what it says. What is walked stays until it is published. Managers only."""
    tree = _find(request, number)
    return _saved(request, tree, tree.desk, body, status=200)


@router.write("POST", "/trees/{number}/publication", answer=TreeShown)
def publish_tree(request: ApiRequest, number: PathId) -> HttpResponse:
    """What is worked on is what is walked from now on: a version, which never changes. Managers only."""
    tree = _find(request, number)
    made = trees.publish(tree, expect=_expected(request, tree), actor=request.person, now=request.now)
    return _show(request, made)


@router.write("DELETE", "/trees/{number}/publication", answer=TreeShown)
def withdraw_tree(request: ApiRequest, number: PathId) -> HttpResponse:
    """Nobody begins it any more. Managers only."""
    tree = _find(request, number)
    made = trees.withdraw(tree, expect=_expected(request, tree), actor=request.person, now=request.now)
    return _show(request, made)


@router.write("POST", "/trees/{number}/copies", answer=TreeShown, status=201, guarded=False)
def copy_tree(request: ApiRequest, number: PathId) -> HttpResponse:
    """Another tree with the same steps, as a draft. Managers only."""
    return _show(request, trees.copy(_find(request, number), actor=request.person, now=request.now), status=201)


@router.write("POST", "/trees/{number}/runs", answer=TreeRunShown, status=201, guarded=False)
def start_tree_run(request: ApiRequest, number: PathId, body: TreeRunGiven) -> HttpResponse:
    """Begin to walk it: for a ticket, with somebody, or alone."""
    tree = _find(request, number)
    person = request.person
    by: dict[str, Any] = {"actor": person, "now": request.now, "key": body.key}
    if tree.desk_id not in person.grants.treats_in:
        run = running.start(tree, person=person, alone=True, **by)
    elif body.ticket:
        run = guided.start(find_for_desk(request, body.ticket), tree=tree, **by)
    else:
        caller = reach.named_in_body(reach.people(person), body.person, field="person")
        run = running.start(tree, person=caller, **by)
    return _show_run(_find_run(request, run.key), status=201)


@router.read("/runs/{key}", answer=TreeRunShown)
def read_tree_run(request: ApiRequest, key: uuid.UUID) -> HttpResponse:
    """Where a run stands, with what was asked."""
    return _show_run(_find_run(request, key))


@router.write("POST", "/runs/{key}/answers", answer=TreeRunShown, guarded=False)
def answer_tree_question(request: ApiRequest, key: uuid.UUID, body: TreeAnswerGiven) -> HttpResponse:
    """Give the next answer. Given twice, it is given once; as an older move, it is refused with 412."""
    run = _find_run(request, key)
    guided.answer(run, move=body.move, answer=body.answer, note=body.note, actor=request.person, now=request.now)
    return _show_run(_find_run(request, key))


@router.write("DELETE", "/runs/{key}/answers/{number}", answer=TreeRunShown, guarded=False)
def take_tree_answer_back(request: ApiRequest, key: uuid.UUID, number: int) -> HttpResponse:
    """Take the last answer back, by the number of its move: its question is asked again."""
    run = _find_run(request, key)
    last = run.steps.filter(taken_back=False).order_by("-number").values_list("number", flat=True).first()
    guided.go_back(run, move=run.moves if last == number else -1, actor=request.person, now=request.now)
    return _show_run(_find_run(request, key))


@router.write("PUT", "/runs/{key}/verdict", answer=TreeRunShown, guarded=False)
def judge_tree_run(request: ApiRequest, key: uuid.UUID, body: TreeVerdictGiven) -> HttpResponse:
    """At an end that could help: whether it works now."""
    running.say_solved(_find_run(request, key), solved=body.solved, actor=request.person)
    return _show_run(_find_run(request, key))


def _find(request: ApiRequest, number: int) -> Tree:
    visible = Tree.objects.visible_to(request.person)
    return reach.in_path(visible.select_related("desk", "category", "current"), number)


def _find_run(request: ApiRequest, key: uuid.UUID) -> Run:
    visible = Run.objects.visible_to(request.person).select_related("version", "tree", "person", "by")
    run = visible.filter(key=key).first()
    if run is None:
        raise Http404
    return run


def _expected(request: ApiRequest, tree: Tree) -> int | None:
    """The revision that If-Match asks for; None: any."""
    header = request.headers.get("If-Match", "").strip()
    if header in {"", "*"}:
        return None
    if tree.revision not in versions_in(header):
        raise Stale(_("Somebody changed this tree meanwhile. Look at it again before you go on."), code="stale")
    return tree.revision


def _saved(request: ApiRequest, tree: Tree | None, desk: Organisation, body: TreeGiven, *, status: int) -> HttpResponse:
    """Both or neither: a name that is taken leaves the steps as they were."""
    category = reach.named_in_body(Category.objects.filter(organisation=desk), body.category, field="category")
    made = trees.save(
        tree=tree,
        desk=desk,
        name_fr=body.name_fr,
        name_en=body.name_en,
        category=category,
        for_requesters=body.for_requesters,
        content=body.content,
        expect=_expected(request, tree) if tree else None,
        actor=request.person,
        now=request.now,
    )
    return _show(request, _find(request, made.pk), status=status)


def _row(tree: Tree) -> dict[str, Any]:
    return {
        "id": tree.pk,
        "name": tree.name,
        "desk": named(tree.desk),
        "category": named(tree.category),
        "state": tree.state,
        "for_requesters": tree.for_requesters,
        "version": tree.current.number if tree.current else None,
    }


def _show(request: ApiRequest, tree: Tree, *, status: int = 200) -> HttpResponse:
    inside = tree.desk_id in request.person.grants.treats_in
    flaws = walking.flaws(tree.plan) if inside else []
    body = TreeShown(
        **_row(tree),
        name_fr=tree.name_fr,
        name_en=tree.name_en,
        changed=inside and tree.has_changes,
        content=tree.draft if inside or tree.current is None else tree.current.content,
        flaws=[FlawShown(code=f.code, node=f.node, answer=f.answer, blocks=f.blocks) for f in flaws],
    )
    return shown(body, status=status, version=tree.revision)


def _show_run(run: Run, *, status: int = 200) -> HttpResponse:
    node = running.current_node(run)
    ticket = guided.ticket_of(run)
    body = TreeRunShown(
        key=run.key,
        tree=named(run.tree),
        version=run.version.number,
        person=named(run.person),
        by=named(run.by),
        alone=run.alone,
        ticket=ticket.reference if ticket else None,
        move=run.moves,
        node=walking.written(node) if node else None,
        asked=[AskedShown(question=a.question, answer=a.answer, note=a.note) for a in running.asked(run)],
        started_at=run.started_at,
        ended_at=run.ended_at,
        outcome=run.outcome,
        solved=run.solved,
    )
    return shown(body, status=status)
