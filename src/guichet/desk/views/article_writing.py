"""Writing an article: a new one, its draft, how it reads, its pictures."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from guichet.desk.forms.articles import WORDINGS, WritingForm
from guichet.desk.views.articles import ArticlesView, ArticleView, article_url, picture_url
from guichet.knowledge import actions, pictures, reading
from guichet.knowledge.changing import BODY_MAX
from guichet.knowledge.models import Article, ArticleKind, Picture
from guichet.lib.errors import Refused
from guichet.people.models import Organisation
from guichet.ui.toasts import toast

_PICTURES = 10
_SHOWN = 60


class WritingView(ArticlesView):
    """The editor, for a new article and for an article’s draft."""

    article: Article | None = None
    translated: Article | None = None

    def form(self, *, data: Any = None, files: Any = None, initial: Any = None) -> WritingForm:
        return WritingForm(
            data, files, initial=initial, article=self.article, desk=self.desk, person=self.person, now=self.now
        )

    @property
    def desk(self) -> Organisation:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(data=request.POST, files=request.FILES)
        if request.POST.get("go") == "preview":
            # Nothing is judged and nothing kept; what was chosen to be sent has to be chosen again.
            again = self.form(initial={name: request.POST.get(name, "") for name in form.fields if name != "pictures"})
            return self.show(again, preview=request.POST.get("body", ""))
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            with transaction.atomic():
                kept = self.keep(form, form.cleaned_data["pictures"])
        except Refused as refusal:
            return self._refused(form, refusal)
        toast(request, _("Saved. Nobody but the desk reads it before it is published."))
        return redirect(f"{article_url(kept.reference)}?kept=1")

    def keep(self, form: WritingForm, files: list[UploadedFile[Any]]) -> Article:
        raise NotImplementedError

    def add_pictures(self, article: Article, files: list[UploadedFile[Any]]) -> str:
        """Keep them; the Markdown that shows them."""
        shown = [pictures.add(article, upload=file, actor=self.person, now=self.now) for file in files[:_PICTURES]]
        return "\n\n".join(markdown_of(picture) for picture in shown)

    def _refused(self, form: WritingForm, refusal: Refused) -> HttpResponse:
        message = str(refusal.message)
        field = {"picture": "pictures", **{e.value: f"wording_{e}" for e in WORDINGS}}.get(refusal.field, refusal.field)
        if field in form.fields:
            form.add_error(field, message)
            message = ""
        if refusal.status == 412 and self.article is not None:
            self.article.refresh_from_db()
            form.use_version(self.article.version)
        return self.show(form, status=refusal.status, message=message)

    def show(self, form: WritingForm, *, status: int = 200, message: str = "", preview: str = "") -> HttpResponse:
        text = preview or str(form["body"].value() or "")
        kept = self.article.pictures.select_related("article")[:_SHOWN] if self.article else []
        context = {
            "form": form,
            "article": self.article,
            "translated": self.translated,
            "refusal": message,
            "theirs": status == 412,
            "preview": rendered(text, article=self.article),
            "preview_lang": language_of(form["language"].value()),
            "pictures": [{"url": picture_url(one), "markdown": markdown_of(one)} for one in kept],
            "draft_key": f"article-{self.article.reference if self.article else 'new'}",
        }
        return self.page("desk/articles/editing.html", context, status=status)


class NewArticle(WritingView):
    """From nothing, or in the other language of one that is there (`?translates=`)."""

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        wanted = actions.reference_of(self.request.GET.get("translates", ""))
        if wanted:
            self.translated = self.articles().select_related("desk", "category").filter(reference=wanted).first()

    @property
    def desk(self) -> Organisation:
        """That of the article it translates; else one's own, or the first where one treats."""
        if self.translated is not None:
            return self.translated.desk
        return self.person.desk_among(self.person.grants.treats_in)

    def get(self, request: HttpRequest) -> HttpResponse:
        initial: dict[str, Any] = {"kind": ArticleKind.HOW_TO, "language": self.desk.language}
        if self.translated is not None:
            other = "en" if self.translated.language == "fr" else "fr"
            initial = {"kind": self.translated.kind, "language": other, "category": self.translated.category_id}
        return self.show(self.form(initial=initial))

    def keep(self, form: WritingForm, files: list[UploadedFile[Any]]) -> Article:
        cleaned = form.cleaned_data
        written = {"title": cleaned["title"], "body": cleaned["body"], "wordings": form.worded, "note": cleaned["note"]}
        article = actions.write(
            desk=self.desk,
            kind=cleaned["kind"],
            language=cleaned["language"],
            category=cleaned["category"],
            translation_of=self.translated,
            actor=self.person,
            now=self.now,
            **written,
        )
        if files:
            body = f"{cleaned['body'].rstrip()}\n\n{self.add_pictures(article, files)}\n"
            actions.revise(article, body=body, actor=self.person, now=self.now)
        return article


class Editing(WritingView, ArticleView):
    """The draft, or what readers read where there is none yet: saving begins one."""

    article: Article

    @property
    def desk(self) -> Organisation:
        return self.article.desk

    def get(self, request: HttpRequest, article: str) -> HttpResponseBase:
        begun = self.article.draft or self.article.versions.all()[0]
        worded = {f"wording_{one.expertise}": one.body for one in begun.wordings.all()}
        about = {
            "title": begun.title,
            "body": begun.body,
            "note": "" if begun.is_published else begun.note,
            "kind": self.article.kind,
            "category": self.article.category_id,
            "language": self.article.language,
        }
        return self.show(self.form(initial={**about, **worded}))

    def keep(self, form: WritingForm, files: list[UploadedFile[Any]]) -> Article:
        cleaned, by = form.cleaned_data, self.by()
        body = cleaned["body"]
        expect: int | None = cleaned["version"]
        if files:
            body = f"{body.rstrip()}\n\n{self.add_pictures(self.article, files)}\n"
        article = actions.revise(
            self.article,
            title=cleaned["title"],
            body=body,
            wordings=form.worded,
            note=cleaned["note"],
            expect=expect,
            **by,
        )
        about = {name: cleaned[name] for name in ("kind", "language", "category")}
        if any(getattr(article, name) != value for name, value in about.items()):
            actions.describe(article, translation_of=article.translation_of, **about, **by)
        return article


class Preview(ArticlesView):
    """How the text reads while one writes it; nothing is kept."""

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = actions.reference_of(request.GET.get("article", ""))
        article = self.articles().filter(reference=wanted).first() if wanted else None
        text = request.POST.get("body", "")[:BODY_MAX]
        context = {
            "preview": rendered(text, article=article),
            "preview_lang": language_of(request.POST.get("language")),
        }
        return self.fragment("desk/articles/preview.html", context)


class Pictures(ArticleView):
    """Pictures that were pasted or dropped while writing."""

    def post(self, request: HttpRequest, article: str) -> HttpResponse:
        try:
            shown = [
                pictures.add(self.article, upload=upload, actor=self.person, now=self.now)
                for upload in request.FILES.getlist("files")[:_PICTURES]
            ]
        except Refused as refusal:
            return JsonResponse({"error": str(refusal.message)}, status=refusal.status)
        return JsonResponse({"markdown": [markdown_of(picture) for picture in shown]})


class PictureOfArticle(ArticlesView):
    def get(self, request: HttpRequest, article: str, name: str) -> HttpResponseBase:
        try:
            found = pictures.find(person=self.person, reference=actions.reference_of(article) or "", name=name)
        except Picture.DoesNotExist as missing:
            raise Http404 from missing
        return pictures.response(found)


def markdown_of(picture: Picture) -> str:
    return f"![{picture.name.rpartition('.')[0]}]({picture.name})"


def language_of(said: object) -> str:
    return said if isinstance(said, str) and said in actions.LANGUAGES else ""


def rendered(text: str, *, article: Article | None) -> SafeString | str:
    if not text.strip():
        return ""
    read = reading.render(text, article=article, person=None, link_url=article_url, picture_url=picture_url)
    return mark_safe(read.html)  # noqa: S308


__all__ = ["Editing", "NewArticle", "PictureOfArticle", "Pictures", "Preview"]
