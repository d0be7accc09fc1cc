"""Where an invited person sets their password; reached by the link alone, which works once and for three days."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from guichet.ui.toasts import toast


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Twice the same, long enough. What was typed isn't sent back: it is a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("Your new password")
        self.fields["new_password1"].help_text = _("At least 12 characters. A short sentence is easy to remember.")
        self.fields["new_password2"].label = _("The same once more")
        self.fields["new_password2"].help_text = ""


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SetPassword(PasswordResetConfirmView):
    """A spent or invented link gets 404's plain page with what to do, not an error."""

    template_name = "settings/set_password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("sign_in")

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)  # type: ignore[arg-type]
        toast(self.request, str(_("Your password is set. Sign in with it.")))
        return answer

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if not self.validlink:
            kwargs["status"] = 404
        return super().render_to_response(context, **kwargs)

    def get_user(self, uidb64: str) -> Any:
        user = super().get_user(uidb64)
        return user if user is not None and user.is_active else None
