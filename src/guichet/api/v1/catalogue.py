"""The catalogue: services, categories, request types and their questions."""

from typing import Annotated

from django.db.models import Q, QuerySet
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown, named
from guichet.catalog import actions
from guichet.catalog.models import AnswerKind, Category, Kind, Question, RequestType, Service
from guichet.lib.bilingual import pick
from guichet.people.models import Organisation, Skill

router = Resource(tag="Catalogue", scope="settings")
Name = Annotated[str, Field(max_length=120)]
Icon = Annotated[str, Field(max_length=40)]


class ServiceShown(Named):
    """Something the IT department provides."""

    active: bool


class ServiceGiven(Given):
    """Something the IT department provides."""

    name_fr: Name
    name_en: Name = ""
    active: bool = True


class CategoryShown(Named):
    """What a ticket is about; a tree."""

    parent: int | None
    service: Named | None
    skill: Named | None
    icon: str
    active: bool


class CategoryGiven(Given):
    """What a ticket is about."""

    name_fr: Name
    name_en: Name = ""
    parent: RowId | None = None
    service: RowId | None = None
    skill: RowId | None = Field(default=None, description="What one has to know, or may do, to treat it")
    icon: Icon = "circle-question-mark"
    active: bool = True


class ChoiceShown(Shown):
    """One of the answers offered."""

    value: str
    label: str


class QuestionShown(Shown):
    """One question of a request type; asked only where the answer it depends on was given."""

    key: str
    label: str
    help: str
    kind: Annotated[str, OneOf.these(AnswerKind)]
    choices: list[ChoiceShown]
    required: bool
    shown_if: dict[str, str]


class RequestTypeShown(Named):
    """A thing one can ask for, with questions of its own."""

    help: str
    kind: Annotated[str, OneOf.these(Kind)]
    category: Named | None
    icon: str
    active: bool
    questions: list[QuestionShown]


class RequestTypeGiven(Given):
    """A thing one can ask for. Its questions are edited in the interface."""

    name_fr: Name
    name_en: Name = ""
    help_fr: Annotated[str, Field(max_length=4000)] = ""
    help_en: Annotated[str, Field(max_length=4000)] = ""
    kind: Annotated[str, OneOf.these(Kind)] = "request"
    category: RowId | None = None
    icon: Icon = "package"
    position: Annotated[int, Field(strict=True, ge=0, le=32_767)] = 0
    active: bool = True


@router.read("/organisations/{organisation}/services", answer=list[ServiceShown])
def list_services(request: ApiRequest, organisation: PathId) -> list[ServiceShown]:
    """The services of the desk that treats this organisation's tickets."""
    return [_service(row) for row in _desk(request, organisation).services.all()[:2000]]


@router.write("POST", "/organisations/{organisation}/services", answer=ServiceShown, status=201, guarded=False)
def add_service(request: ApiRequest, organisation: PathId, body: ServiceGiven) -> ServiceShown:
    """A new service. Managers only."""
    desk = _desk(request, organisation)
    return _service(
        actions.save_service(service=None, desk=desk, actor=request.person, now=request.now, **body.model_dump())
    )


@router.write("PUT", "/organisations/{organisation}/services/{number}", answer=ServiceShown, guarded=False)
def change_service(request: ApiRequest, organisation: PathId, number: PathId, body: ServiceGiven) -> ServiceShown:
    """Say all of a service anew. Managers only."""
    desk = _desk(request, organisation)
    row = reach.in_path(desk.services.all(), number)
    return _service(
        actions.save_service(service=row, desk=desk, actor=request.person, now=request.now, **body.model_dump())
    )


@router.read("/organisations/{organisation}/categories", answer=list[CategoryShown])
def list_categories(request: ApiRequest, organisation: PathId) -> list[CategoryShown]:
    """The categories that this organisation's tickets can have."""
    desk = _desk(request, organisation)
    rows = Category.objects.filter(Q(organisation=desk) | Q(organisation__isnull=True))
    return [_category(row) for row in rows.select_related("service", "skill")[:5000]]


@router.write("POST", "/organisations/{organisation}/categories", answer=CategoryShown, status=201, guarded=False)
def add_category(request: ApiRequest, organisation: PathId, body: CategoryGiven) -> CategoryShown:
    """A new category. Managers only."""
    return _save_category(request, _desk(request, organisation), None, body)


@router.write("PUT", "/organisations/{organisation}/categories/{number}", answer=CategoryShown, guarded=False)
def change_category(request: ApiRequest, organisation: PathId, number: PathId, body: CategoryGiven) -> CategoryShown:
    """Say all of a category anew. Managers only."""
    desk = _desk(request, organisation)
    return _save_category(request, desk, reach.in_path(desk.categories.all(), number), body)


@router.read("/organisations/{organisation}/request-types", answer=list[RequestTypeShown])
def list_request_types(request: ApiRequest, organisation: PathId) -> list[RequestTypeShown]:
    """What one can ask for, with the questions that each asks."""
    rows = _types(_desk(request, organisation))
    return [_request_type(row) for row in rows[:1000]]


@router.write("POST", "/organisations/{organisation}/request-types", answer=RequestTypeShown, status=201, guarded=False)
def add_request_type(request: ApiRequest, organisation: PathId, body: RequestTypeGiven) -> RequestTypeShown:
    """A new request type. Managers only."""
    return _save_request_type(request, _desk(request, organisation), None, body)


@router.write("PUT", "/organisations/{organisation}/request-types/{number}", answer=RequestTypeShown, guarded=False)
def change_request_type(
    request: ApiRequest, organisation: PathId, number: PathId, body: RequestTypeGiven
) -> RequestTypeShown:
    """Say all of a request type anew; its questions stay. Managers only."""
    desk = _desk(request, organisation)
    return _save_request_type(request, desk, reach.in_path(desk.request_types.all(), number), body)


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    return reach.organisation(request.person, organisation).desk


def _types(desk: Organisation) -> QuerySet[RequestType]:
    return RequestType.objects.filter(organisation=desk).select_related("category").prefetch_related("questions")


def _save_category(
    request: ApiRequest, desk: Organisation, category: Category | None, body: CategoryGiven
) -> CategoryShown:
    reach.need_manager(request.person, organisation_id=desk.pk)
    own = Category.objects.filter(Q(organisation=desk) | Q(organisation__isnull=True))
    saved = actions.save_category(
        category=category,
        desk=desk,
        parent=reach.named_in_body(own, body.parent, field="parent"),
        service=reach.named_in_body(Service.objects.filter(organisation=desk), body.service, field="service"),
        skill=reach.named_in_body(Skill.objects.filter(organisation=desk), body.skill, field="skill"),
        actor=request.person,
        now=request.now,
        **body.model_dump(exclude={"parent", "service", "skill"}),
    )
    return _category(saved)


def _save_request_type(
    request: ApiRequest, desk: Organisation, request_type: RequestType | None, body: RequestTypeGiven
) -> RequestTypeShown:
    reach.need_manager(request.person, organisation_id=desk.pk)
    own = Category.objects.filter(Q(organisation=desk) | Q(organisation__isnull=True))
    saved = actions.save_request_type(
        request_type=request_type,
        desk=desk,
        category=reach.named_in_body(own, body.category, field="category"),
        actor=request.person,
        now=request.now,
        **body.model_dump(exclude={"category"}),
    )
    return _request_type(saved)


def _service(row: Service) -> ServiceShown:
    return ServiceShown(id=row.pk, name=row.name, active=row.active)


def _category(row: Category) -> CategoryShown:
    return CategoryShown(
        id=row.pk,
        name=row.name,
        parent=row.parent_id,
        service=named(row.service),
        skill=named(row.skill),
        icon=row.icon,
        active=row.active,
    )


def _request_type(row: RequestType) -> RequestTypeShown:
    return RequestTypeShown(
        id=row.pk,
        name=row.name,
        help=row.help,
        kind=row.kind,
        category=named(row.category),
        icon=row.icon,
        active=row.active,
        questions=[_question(question) for question in row.questions.all()],
    )


def _question(row: Question) -> QuestionShown:
    choices = [
        ChoiceShown(value=str(c.get("value", "")), label=pick(str(c.get("fr", "")), str(c.get("en", ""))))
        for c in row.choices
    ]
    return QuestionShown(
        key=row.key,
        label=row.label,
        help=row.help,
        kind=row.kind,
        choices=choices,
        required=row.required,
        shown_if={str(k): str(v) for k, v in row.shown_if.items()},
    )
