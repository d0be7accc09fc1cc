"""Pictures of articles: given by who writes them, read by who reads the article."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpResponse
from ninja import File
from ninja.files import UploadedFile

from guichet.api.door import FORM, ApiRequest
from guichet.api.resource import BINARY, Resource
from guichet.api.v1.articles_shape import find_at_desk
from guichet.api.v1.fields import Named, Shown
from guichet.knowledge import actions, pictures
from guichet.knowledge.models import Picture

router = Resource(tag="Articles", scope="knowledge")
_AT_ONCE = 10


class ArticlePictureShown(Shown):
    """A picture of an article. The text shows it by its name: `markdown` says how."""

    name: str
    markdown: str
    content_type: str
    size: int
    width: int
    height: int
    sha256: str
    by: Named
    created_at: datetime


@router.read("/articles/{article}/pictures", answer=list[ArticlePictureShown])
def list_article_pictures(request: ApiRequest, article: str) -> list[ArticlePictureShown]:
    """The pictures that the article’s text may show, for those who work on it."""
    found = find_at_desk(request, article)
    return [_shown(one) for one in found.pictures.select_related("by").order_by("pk")[: pictures.MOST]]


@router.write(
    "POST",
    "/articles/{article}/pictures",
    answer=list[ArticlePictureShown],
    status=201,
    content=FORM,
    guarded=False,
)
def add_article_pictures(request: ApiRequest, article: str, files: File[list[UploadedFile]]) -> HttpResponse:
    """Keep pictures for the article: a form with one to ten parts named `files`. The same picture twice is one."""
    found = find_at_desk(request, article)
    made = [pictures.add(found, upload=upload, actor=request.person, now=request.now) for upload in files[:_AT_ONCE]]
    body = ",".join(_shown(one).model_dump_json() for one in made)
    return HttpResponse(f"[{body}]", status=201, content_type="application/json")


@router.read("/articles/{article}/pictures/{name}", answer=None, responses={200: BINARY})
def download_article_picture(request: ApiRequest, article: str, name: str) -> HttpResponse:
    """The picture itself, for whoever reads what shows it."""
    try:
        found = pictures.find(person=request.person, reference=actions.reference_of(article) or "", name=name)
    except Picture.DoesNotExist as missing:
        raise Http404 from missing
    return pictures.response(found)  # type: ignore[return-value]


def _shown(picture: Picture) -> ArticlePictureShown:
    return ArticlePictureShown(
        name=picture.name,
        markdown=f"![{picture.name.rpartition('.')[0]}]({picture.name})",
        content_type=picture.content_type,
        size=picture.size,
        width=picture.width,
        height=picture.height,
        sha256=picture.sha256,
        by=Named(id=picture.by_id, name=picture.by.name),
        created_at=picture.created_at,
    )
