"""Decision trees: the list, one tree as an outline with what is wrong with it, its steps; trying and publishing it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.settings.base import EditView, ListView, SettingsView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.trees import StepForm, TreeForm, of_tree, step_name
from guichet.desk.settings.tree_words import lines, told_flaws
from guichet.knowledge import shaping, trees, walking
from guichet.knowledge.models import Tree
from guichet.knowledge.running import Asked, answer_words
from guichet.knowledge.walking import Node, Plan
from guichet.lib.errors import Refused
from guichet.people.models import Organisation
from guichet.ui.guide import query, shown
from guichet.ui.toasts import toast


def find(desk: Organisation, pk: int) -> Tree | None:
    return Tree.objects.select_related("desk", "category", "current").filter(desk=desk, pk=pk).first()


class Trees(ListView):
    section = "trees"
    intro = gettext_lazy("Questions that lead an agent, or a requester alone, step by step to what helps.")
    new_label = gettext_lazy("New decision tree")
    new_name = "new_tree"
    columns = (
        gettext_lazy("Name"), gettext_lazy("State"), gettext_lazy("For whom"), gettext_lazy("Category"),
        gettext_lazy("Steps"),
    )  # fmt: skip
    empty_title = gettext_lazy("No decision tree yet.")
    empty_body = gettext_lazy("Begin with what people call about most: no network, cannot print, a forgotten password.")

    def rows(self) -> list[dict[str, Any]]:
        found = Tree.objects.filter(desk=self.desk).select_related("category", "current")
        return [
            {
                "url": self.link("tree", tree.pk),
                "title": tree.name,
                "off": not tree.is_published,
                "cells": [
                    told_state(tree),
                    _("agents and requesters") if tree.for_requesters else _("agents"),
                    tree.category or "",
                    len(tree.plan.nodes),
                ],
            }
            for tree in found
        ]


def told_state(tree: Tree) -> str:
    if tree.is_published and tree.has_changes:
        return _("published, with changes that aren’t")
    return str(tree.get_state_display()).lower()


class TreePage(EditView):
    """The tree as an outline, with all that one may do with it; a new one is only a name."""

    section = "trees"
    form_class = TreeForm
    template = "settings/tree.html"
    new_title = gettext_lazy("New decision tree")
    saved = gettext_lazy("The tree is saved.")

    def find(self, pk: int) -> Tree | None:
        return find(self.desk, pk)

    def initial(self) -> dict[str, Any]:
        return of_tree(self.row) if self.row else {}

    def act(self, data: dict[str, Any]) -> Tree:
        return trees.save(tree=self.row, desk=self.desk, **data, **self.by())

    def after(self, made: Tree) -> str:
        return self.link("tree", made.pk)

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        if not self.row:
            return {}
        plan: Plan = self.row.plan

        def url(key: str) -> str:
            return self.link("tree_step", self.row.pk, key)

        flaws = told_flaws(plan, url=url)
        return {
            "state": told_state(self.row),
            "lines": lines(plan, url=url),
            "loose": [{"name": step_name(node), "url": url(node.key)} for node in walking.loose(plan)],
            "flaws": flaws,
            "blocked": any(flaw["blocks"] for flaw in flaws),
            "longest": 0 if walking.circling(plan) else walking.longest(plan),
            "urls": {
                name: self.link(f"tree_{name}", self.row.pk)
                for name in ("trial", "publication", "withdrawal", "copy", "undoing", "figures")
            },
        }


class TreeVerb(SettingsView):
    """POST does one thing to a tree; refused, one is back on its page with the reason."""

    section = "trees"
    tree: Tree

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        found = find(self.desk, kwargs["pk"])
        if found is None:
            raise Http404
        self.tree = found

    @property
    def back(self) -> str:
        return self.link("tree", self.tree.pk)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            told, to = self.act(request)
        except Refused as refusal:
            return self.refused(refusal, to=self.back)
        return self.done(told, to=to)

    def act(self, request: HttpRequest) -> tuple[str, str]:
        raise NotImplementedError


class TreePublication(TreeVerb):
    def act(self, request: HttpRequest) -> tuple[str, str]:
        trees.publish(self.tree, **self.by())
        return _("The tree is published."), self.back


class TreeWithdrawal(TreeVerb):
    def act(self, request: HttpRequest) -> tuple[str, str]:
        trees.withdraw(self.tree, **self.by())
        return _("The tree is withdrawn: nobody begins it any more."), self.back


class TreeCopy(TreeVerb):
    def act(self, request: HttpRequest) -> tuple[str, str]:
        made = trees.copy(self.tree, **self.by())
        return _("Here is the copy, as a draft."), self.link("tree", made.pk)


class TreeUndoing(TreeVerb):
    def act(self, request: HttpRequest) -> tuple[str, str]:
        trees.take_back(self.tree, **self.by())
        return _("The last change is taken back."), self.back


class StepPage(EditView):
    """One step of the tree that the URL names."""

    section = "trees"
    form_class = StepForm
    template = "settings/tree_step.html"
    tree: Tree
    node: Node

    def prepare(self, **kwargs: Any) -> None:
        SettingsView.prepare(self, **kwargs)
        found = find(self.desk, kwargs["pk"])
        node = found.plan.node(kwargs["step"]) if found else None
        if found is None or node is None:
            raise Http404
        self.tree, self.node = found, node
        self.row = found

    @property
    def back(self) -> str:
        return self.link("tree", self.tree.pk)

    def trail(self) -> list[tuple[str, str]]:
        return [*super().trail(), (self.tree.name, self.back)]

    def name(self) -> str:
        return step_name(self.node)

    def form(self, data: Any = None) -> StepForm:
        initial = {**StepForm.initial_of(self.node), "revision": self.tree.revision}
        return StepForm(data, initial=initial, desk=self.desk, row=self.tree, node=self.node, plan=self.tree.plan)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        node, new = form.said()
        try:
            _tree, made = trees.put_node(
                self.tree, node=node, new=new, expect=form.cleaned_data["revision"], **self.by()
            )
        except Refused as refusal:
            form.refuse(refusal)
            return self.show(form, status=refusal.status)
        toast(request, _("The step is saved."), undo_url=self.link("tree_undoing", self.tree.pk))
        return redirect(self.link("tree_step", self.tree.pk, made[0]) if made else f"{self.back}#outline")

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        above = [
            {"name": step_name(node), "answer": answer_words(node, answer.key), "url": self._url(node.key)}
            for node, answer in self.tree.plan.leading_to(self.node.key)
        ]
        is_start = self.tree.plan.start == self.node
        return {
            "cancel_url": f"{self.back}#outline",
            "above": above,
            "is_start": is_start,
            "position_url": self.link("tree_answer_position", self.tree.pk, self.node.key),
            "answer_last": len(self.node.answers) - 1,
            "removal_url": "" if is_start else self.link("tree_step_removal", self.tree.pk, self.node.key),
            "removal_label": _("Remove this step"),
            "removal_text": self._removal(len(above)),
        }

    def _url(self, key: str) -> str:
        return self.link("tree_step", self.tree.pk, key)

    def _removal(self, above: int) -> str:
        rest = walking.loose(shaping.remove(self.tree.plan, self.node.key))
        gone = len(rest) - len([node for node in walking.loose(self.tree.plan) if node.key != self.node.key])
        return _(
            "Answers that lead here now: %(above)d; they will lead nowhere. Steps that nothing else leads to: "
            "%(loose)d; they stay, apart from the tree."
        ) % {"above": above, "loose": max(gone, 0)}


class StepRemoval(StepPage):
    """POST removes the step."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            trees.remove_node(self.tree, key=self.node.key, **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self._url(self.node.key))
        toast(request, _("The step is removed."), undo_url=self.link("tree_undoing", self.tree.pk))
        return redirect(f"{self.back}#outline")


class AnswerPosition(StepPage):
    """POST `answer=<key>` with `to=up` or `to=down`."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        to = self._url(self.node.key)
        key, _space, way = request.POST.get("to", "").partition(" ")
        try:
            trees.move_answer(self.tree, source=self.node.key, answer=key, up=way == "up", **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=to)
        return self.done(_("The order is changed."), to=f"{to}#answers")


class TreeTrial(TreeVerb):
    """What is worked on, walked as it will be; `?a=` for each answer. Nothing is kept."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        given = request.GET.getlist("a")[: walking.NODES_MAX]
        plan = self.tree.plan
        walked = walking.walk(plan, given) or walking.walk(plan, [])
        assert walked is not None
        here = self.link("tree_trial", self.tree.pk)
        path = [answer.key for _node, answer in walked.taken]
        step = shown(walked.at) if walked.at else None
        context = {
            "title": _("Try the tree"),
            "trail": [*self.trail(), (self.tree.name, self.back), (_("Try the tree"), "")],
            "step": step,
            "ways": [{"way": way, "url": here + query([*path, way.key])} for way in step.ways] if step else [],
            "asked": [Asked(step_name(one), answer_words(one, answer.key)) for one, answer in walked.taken],
            "back_url": here + query(path[:-1]) if path else "",
            "again_url": here,
            "tree_url": self.back,
        }
        return self.page("settings/tree_trial.html", context)
