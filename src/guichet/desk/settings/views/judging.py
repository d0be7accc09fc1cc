"""How grave and how fast: the severity matrix of the desk and of each client, and the response policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.desk.settings.base import EditView, SettingsView
from guichet.desk.settings.forms.answers import MatrixForm, PoliciesForm
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.people import served_by
from guichet.lib.errors import Refused
from guichet.people.models import Organisation, Person, RoleKind
from guichet.routing.rules import all_of
from guichet.tickets import settings_actions
from guichet.tickets.models import Impact, ResponsePolicy, Severity, SeverityMatrix, Urgency
from guichet.tickets.promises import policy_of
from guichet.tickets.severity import DEFAULT, IMPACTS, URGENCIES, Matrix, matrix_errors


class MatrixPage(SettingsView):
    """Sixteen cells. Without an organisation in the URL, the desk's own."""

    section = "severity"
    organisation: Organisation

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        slug = kwargs.get("organisation", self.desk.slug)
        found = served_by(self.desk).filter(slug=slug).first()
        if found is None:
            raise Http404
        self.organisation = found

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        cells, own = self.cells()
        return self.show(self.form(initial=cells), own=own)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(request.POST)
        if form.is_valid():
            try:
                settings_actions.set_matrix(
                    organisation=self.organisation, cells=form.cells, desk=self.desk, **self.by()
                )
            except Refused as refusal:
                form.refuse(refusal)
                return self.show(form, own=self.cells()[1], status=refusal.status)
            told = _("The matrix is in force for new tickets. Those already open keep their severity.")
            return self.done(told, to=self.address())
        return self.show(form, own=self.cells()[1], status=422)

    def form(self, data: Any = None, *, initial: Matrix | None = None) -> MatrixForm:
        start = {f"{i}-{u}": initial[i][u] for i in IMPACTS for u in URGENCIES} if initial else {}
        return MatrixForm(data, initial=start, desk=self.desk)

    def cells(self) -> tuple[Matrix, bool]:
        """What is in force for this organisation, and whether it is its own."""
        kept = {
            m.organisation_id: m.cells
            for m in SeverityMatrix.objects.filter(organisation__in={self.organisation.pk, self.desk.pk})
        }
        own = self.organisation.pk in kept
        found = kept.get(self.organisation.pk) or kept.get(self.desk.pk) or DEFAULT
        return (found if not matrix_errors(found) else DEFAULT), own

    def address(self) -> str:
        if self.organisation.pk == self.desk.pk:
            return self.link("severity")
        return self.link("client_severity", self.organisation.slug)

    def show(self, form: MatrixForm, *, own: bool, status: int = 200) -> HttpResponseBase:
        tabs = [
            {
                "label": organisation.name,
                "url": self.link("severity")
                if organisation.pk == self.desk.pk
                else self.link("client_severity", organisation.slug),
                "current": organisation.pk == self.organisation.pk,
            }
            for organisation in served_by(self.desk)
        ]
        return self.page(
            "settings/matrix.html",
            {
                "form": form,
                "grid": form.grid,
                "urgencies": [Urgency(u).label for u in URGENCIES],
                "tabs": tabs if len(tabs) > 1 else [],
                "organisation": self.organisation,
                "is_client": self.organisation.pk != self.desk.pk,
                "own": own,
                "sentences": sentences(self.chosen(form)),
                "preview_url": self.link("severity_preview"),
                "usual_url": self.link("usual_severity", self.organisation.slug),
            },
            status=status,
        )

    def chosen(self, form: MatrixForm) -> Mapping[str, Mapping[str, str]]:
        return {i: {u: str(form[f"{i}-{u}"].value() or "") for u in URGENCIES} for i in IMPACTS}


class MatrixPreview(MatrixPage):
    """The matrix in words while one changes it; nothing is kept."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(request.POST)
        problems = []
        if form.is_valid():
            problems = [c.sentence for c in settings_actions.contradictions(form.cells)]
        context = {"grid": form.grid, "sentences": sentences(self.chosen(form)), "problems": problems}
        return self.fragment("settings/parts/matrix_preview.html", context)


class UsualMatrix(MatrixPage):
    """POST goes back to the usual matrix, or a client to its desk's."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        settings_actions.reset_matrix(organisation=self.organisation, desk=self.desk, **self.by())
        return self.done(_("The usual matrix is in force again."), to=self.address())


def sentences(cells: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """One line a severity: which answers lead to it."""
    told = []
    for severity in Severity:
        places = [
            f"{Impact(i).label.lower()} × {_short(u)}" for i in IMPACTS for u in URGENCIES if cells[i][u] == severity
        ]
        told.append({"severity": severity.value, "text": " · ".join(places) or _("never"), "count": len(places)})
    return told


def _short(urgency: str) -> str:
    return {
        "stopped": _("work has stopped"),
        "blocked": _("this work is blocked"),
        "hampered": _("hampered"),
        "none": _("nobody is hampered"),
    }[urgency]


class Policies(EditView):
    section = "policies"
    form_class = PoliciesForm
    template = "settings/policies.html"
    saved = gettext_lazy("The response policies are saved.")

    def name(self) -> str:
        return str(_("Response policies"))

    def initial(self) -> dict[str, Any]:
        kept = {p.severity: p for p in ResponsePolicy.objects.filter(organisation=self.desk)}
        values: dict[str, Any] = {}
        for severity in Severity.values:
            policy = kept.get(severity) or policy_of(self.desk, severity)
            for field in self.form_fields():
                values[f"{severity}-{field}"] = getattr(policy, field)
        return values

    @staticmethod
    def form_fields() -> list[str]:
        return [name for name in settings_actions.Manner.__dataclass_fields__ if name != "severity"]

    def form(self, data: Any = None) -> SettingsForm:
        made = super().form(data)
        self.policies_form = made
        return made

    def act(self, data: dict[str, Any]) -> Any:
        form = self.policies_form
        assert isinstance(form, PoliciesForm)
        return settings_actions.set_manners(desk=self.desk, manners=form.manners, **self.by())

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        assert isinstance(form, PoliciesForm)
        managers = list(
            Person.objects.filter(roles__organisation=self.desk, roles__kind=RoleKind.MANAGER)
            .distinct()
            .order_by("name")
        )
        names = [person.name for person in managers[:8]]
        rest = len(managers) - len(names)
        if rest:
            names.append(ngettext("%(count)d other", "%(count)d others", rest) % {"count": rest})
        return {
            "trail": [(self.name(), "")],
            "cancel_url": self.link("home"),
            "times_url": self.link("service_levels"),
            "blocks": form.blocks,
            "told": all_of(names),
        }
