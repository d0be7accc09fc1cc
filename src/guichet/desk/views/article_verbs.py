"""What one does with an article, from its page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms import articles as forms
from guichet.desk.forms.base import VerbForm, VersionedForm
from guichet.desk.views.articles import ArticleView
from guichet.desk.views.verb import Verb
from guichet.knowledge import actions
from guichet.knowledge.changing import may
from guichet.knowledge.models import Article, Version


class ArticleVerb(ArticleView, Verb):
    verb: ClassVar[str] = ""
    back = gettext_lazy("Back to the article")
    form_class = forms.ArticleForm

    @property
    def trail(self) -> list[tuple[Any, str]]:
        return [(_("Articles"), reverse("desk:articles")), (self.article.reference, self.url)]

    def about(self) -> dict[str, Any]:
        return {"article": self.article, "desk": self.article.desk}

    def impossible(self) -> str:
        return "" if may(self.article, self.verb) else _("This is no longer possible in the article’s present state.")

    def again(self, form: VersionedForm) -> int:
        self.article = Article.objects.select_related("desk").get(pk=self.article.pk)
        return self.article.version


class Publication(ArticleVerb):
    verb = "publish"
    title = gettext_lazy("Publish the article")
    button = gettext_lazy("Publish")
    icon = "send"
    done = gettext_lazy("Published: readers read it from now on.")
    form_class = forms.PublicationForm
    body = "desk/articles/publication.html"

    def act(self, form: VerbForm) -> None:
        cleaned = form.cleaned_data
        actions.publish(self.article, note=cleaned["note"], review_due_on=cleaned["review_due_on"], **self.by(form))


class Archiving(ArticleVerb):
    verb = "archive"
    title = gettext_lazy("Archive the article")
    button = gettext_lazy("Archive")
    icon = "archive"
    done = gettext_lazy("Archived. Its versions are kept.")
    body = "desk/articles/archiving.html"

    def act(self, form: VerbForm) -> None:
        actions.archive(self.article, **self.by(form))


class Restoration(ArticleVerb):
    verb = "restore"
    title = gettext_lazy("Restore the article")
    button = gettext_lazy("Restore")
    icon = "undo-2"
    done = gettext_lazy("Restored as it was.")

    def act(self, form: VerbForm) -> None:
        actions.restore(self.article, **self.by(form))


class Review(ArticleVerb):
    verb = "review"
    title = gettext_lazy("Who sees to it, and until when")
    button = gettext_lazy("Save the changes")
    icon = "calendar-check"
    done = gettext_lazy("Noted.")
    form_class = forms.ReviewForm

    def act(self, form: VerbForm) -> str:
        owner = form.cleaned_data["owner"]
        actions.set_review(self.article, owner=owner, due_on=form.cleaned_data["due_on"], **self.by(form))
        return _("%(name)s sees to it.") % {"name": owner.name}


class AudienceOfArticle(ArticleVerb):
    verb = "describe"
    title = gettext_lazy("Who may read it")
    button = gettext_lazy("Save the changes")
    icon = "eye"
    done = gettext_lazy("Noted.")
    form_class = forms.AudienceForm

    def act(self, form: VerbForm) -> None:
        cleaned = form.cleaned_data
        actions.address(
            self.article,
            audience=cleaned["audience"],
            organisations=cleaned["organisations"],
            from_rank=cleaned["from_rank"],
            **self.by(form),
        )


class Reversion(ArticleVerb):
    verb = "write"
    title = gettext_lazy("Go back to this version")
    button = gettext_lazy("Make it the draft again")
    icon = "undo-2"
    done = gettext_lazy("It is the draft now; readers read it once it is published.")

    version: Version

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.version = get_object_or_404(self.article.versions, number=kwargs["number"])
        if not self.version.is_published:
            raise Http404

    def act(self, form: VerbForm) -> None:
        actions.revert(self.article, to=self.version, **self.by(form))


class DraftRemoval(ArticleVerb):
    verb = "write"
    title = gettext_lazy("Give up the draft")
    button = gettext_lazy("Give it up")
    icon = "trash-2"
    variant = "danger"
    done = gettext_lazy("The draft is gone; readers read what they read before.")
    body = "desk/articles/draft_removal.html"

    def act(self, form: VerbForm) -> None:
        actions.discard_draft(self.article, **self.by(form))
