"""Forms of the way to a solution: hypotheses, attempts, hand-over, the end."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from guichet.desk.forms.base import TicketForm
from guichet.tickets.models import (
    Attempt,
    AttemptKind,
    AttemptResult,
    Hypothesis,
    HypothesisState,
    Unsolved,
)
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_choices

_KINDS = [
    (AttemptKind.WORKAROUND.value, Choice(AttemptKind.WORKAROUND.label, hint=_("Restores the service"), icon="route")),
    (AttemptKind.FIX.value, Choice(AttemptKind.FIX.label, hint=_("Removes the cause"), icon="wrench")),
]
_TESTED = [
    (AttemptResult.WORKED.value, Choice(AttemptResult.WORKED.label, icon="circle-check")),
    (AttemptResult.FAILED.value, Choice(AttemptResult.FAILED.label, hint=_("Then choose another"), icon="circle-x")),
]


class HypothesisForm(TicketForm):
    text = forms.CharField(label=_("What could be the cause?"), max_length=300)
    evidence = forms.CharField(
        label=_("What speaks for it or against it?"), required=False, max_length=4000, widget=GrowingText()
    )


class JudgementForm(TicketForm):
    state = forms.ChoiceField(
        label=_("What do we know now?"),
        widget=ChoiceCards(),
        choices=[
            (HypothesisState.CONFIRMED.value, Choice(_("It is the cause"), icon="circle-check")),
            (HypothesisState.REJECTED.value, Choice(_("It is not the cause"), icon="circle-x")),
            (HypothesisState.OPEN.value, Choice(_("Still open"), icon="circle-dot")),
        ],
    )
    evidence = forms.CharField(label=_("What shows it?"), required=False, max_length=4000, widget=GrowingText())


class AttemptForm(TicketForm):
    kind = forms.ChoiceField(label=_("What is it?"), choices=_KINDS, widget=ChoiceCards())
    text = forms.CharField(label=_("What was done?"), max_length=4000, widget=GrowingText())
    hypothesis = forms.ModelChoiceField(
        label=_("For which hypothesis?"),
        required=False,
        queryset=Hypothesis.objects.none(),
        empty_label=_("No hypothesis"),
    )
    applied_on = forms.CharField(
        label=_("Where?"),
        required=False,
        max_length=160,
        help_text=_("A workstation, a server; for software a test environment first."),
    )
    result = forms.ChoiceField(
        label=_("Does it work?"), choices=AttemptResult.choices, initial=AttemptResult.UNTESTED, required=False
    )
    test = forms.CharField(label=_("How was it tested?"), required=False, max_length=300)

    def arrange(self) -> None:
        field: Any = self.fields["hypothesis"]
        field.queryset = self.ticket.hypotheses.exclude(state=HypothesisState.REJECTED)
        field.label_from_instance = lambda row: row.text

    def clean_result(self) -> str:
        return self.cleaned_data["result"] or str(AttemptResult.UNTESTED)


class AttemptTestForm(TicketForm):
    result = forms.ChoiceField(label=_("Does it work?"), choices=_TESTED, widget=ChoiceCards())
    test = forms.CharField(label=_("How was it tested?"), max_length=300)


class ResolveForm(TicketForm):
    """A verified attempt, a new one said to work, or a stated reason why there is none; and the reply that tells it."""

    NEW, NONE = "new", "none"
    # What must be said depends on what solved it; the browser doesn't know which.
    _NEEDED: ClassVar[dict[str, tuple[str, ...]]] = {NEW: ("kind", "text", "test"), NONE: ("unsolved_reason",)}
    use_required_attribute = False

    how = forms.ChoiceField(label=_("What solved it?"), widget=ChoiceCards(one_column=True))
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=_KINDS,
        widget=ChoiceCards(),
        error_messages={"required": _("Say whether it is a workaround or a fix.")},
    )
    text = forms.CharField(
        label=_("What was done?"),
        max_length=4000,
        widget=GrowingText(),
        error_messages={"required": _("Say what was done.")},
    )
    applied_on = forms.CharField(label=_("Where?"), required=False, max_length=160)
    test = forms.CharField(
        label=_("How was it tested?"),
        error_messages={"required": _("Say how it was tested.")},
        max_length=300,
        help_text=_("A ticket is solved when it was tried, not when it was done."),
    )
    unsolved_reason = forms.ChoiceField(
        label=_("Why is there no solution?"),
        choices=[("", _("Choose a reason")), *Unsolved.choices],
        error_messages={"required": _("Choose a reason.")},
    )
    body = forms.CharField(
        label=_("What do we tell the requester?"),
        required=False,
        max_length=50_000,
        widget=GrowingText(),
        help_text=_("They are asked whether it works for them, and may say no."),
    )

    def arrange(self) -> None:
        self.verified = list(self.ticket.attempts.filter(result=AttemptResult.WORKED).order_by("-tested_at"))
        choices: list[tuple[str, Any]] = [
            (str(a.pk), Choice(a.text[:120], hint=f"{a.get_kind_display()} · {a.test}", icon="circle-check"))
            for a in self.verified
        ]
        choices.append(
            (
                self.NEW,
                Choice(_("Something not written down yet"), hint=_("Say what, and how it was tested"), icon="pencil"),
            )
        )
        choices.append((self.NONE, Choice(_("Nothing: there is no solution"), hint=_("Say why"), icon="circle-slash")))
        offer_choices(self, "how", choices)
        if not self.is_bound:
            self.initial.setdefault("how", choices[0][0])

    def full_clean(self) -> None:
        how = self.data.get("how", "") if self.is_bound else ""
        for choice, names in self._NEEDED.items():
            for name in names:
                self.fields[name].required = how == choice or not self.is_bound
        super().full_clean()

    @property
    def chosen(self) -> Attempt | None:
        return next((a for a in self.verified if str(a.pk) == self.cleaned_data["how"]), None)


class RefusalForm(TicketForm):
    body = forms.CharField(
        label=_("What happens instead?"),
        max_length=50_000,
        widget=GrowingText(),
        help_text=_("In the requester’s words. It is written on the ticket as a reply."),
    )


class CancelForm(TicketForm):
    reason = forms.CharField(
        label=_("Why is it no longer needed?"),
        max_length=2000,
        widget=GrowingText(),
        help_text=_("The requester reads this."),
    )


class ReopenForm(TicketForm):
    body = forms.CharField(
        label=_("What happened?"),
        required=False,
        max_length=50_000,
        widget=GrowingText(),
        help_text=_("Where you write something, the requester reads it."),
    )


class EscalateForm(TicketForm):
    note = forms.CharField(
        label=_("What should management know?"),
        max_length=500,
        widget=GrowingText(),
        help_text=_("The work stays where it is; the managers of the desk hear of it at once."),
    )
