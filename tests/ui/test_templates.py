"""Rules for every template of the product, and the pages that `ui` serves itself."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.utils import translation

import guichet
from guichet.ui import errors, toasts, views
from guichet.ui.forms import Choice
from tests.ui.test_tags import show

ROOT = Path(guichet.__file__).parent
TEMPLATES = sorted(ROOT.rglob("templates/**/*.html"))


INLINE = {
    "style": r"\sstyle\s*=",
    "style element": r"<style\b",
    "handler": r"\son[a-z]+\s*=\s*[\"']",
    "evaluated script": r"\bhx-on\b|javascript:",
    "script": r"<script\b(?![^>]*(?:src=|application/json))",
}
# It has to stand when nothing else does: its style is in it, and its policy names that style's hash.
ALONE = {"portal/templates/portal/status/page.html: style element"}


def test_no_inline_style_or_script() -> None:
    assert len(TEMPLATES) > 100
    found = [
        f"{file.relative_to(ROOT)}: {what}"
        for file in TEMPLATES
        for what, pattern in INLINE.items()
        if re.search(pattern, file.read_text())
    ]
    assert set(found) == ALONE


@pytest.mark.parametrize(
    "file", sorted((ROOT / "ui" / "static" / "ui" / "js").glob("*.js")), ids=lambda file: file.name
)
def test_scripts_evaluate_nothing(file: Path) -> None:
    assert not re.search(
        r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", file.read_text()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("address", ["/ui/", *(f"/ui/frames/{name}/" for name in views.FRAMES)])
def test_the_living_page_and_the_frames_stand(client: Client, address: str, language: str) -> None:
    client.cookies["guichet_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert f'<html lang="{language}"' in text
    assert "%}" not in re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)


@pytest.mark.django_db
def test_every_example_shows_its_source(client: Client) -> None:
    text = client.get("/ui/").content.decode()
    assert text.count('class="specimen-source"') > 20
    assert "{% promise what who=" in text.replace("&quot;", '"')


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("target", "wanted"),
    [("/ui/", "/ui/"), ("https://elsewhere.example/", "/"), ("//elsewhere.example", "/"), ("", "/")],
)
def test_preferences_are_kept_and_never_lead_off_site(client: Client, target: str, wanted: str) -> None:
    answer = client.post("/ui/preferences", {"theme": "dark", "density": "<x>", "next": target})
    assert answer["Location"] == wanted
    assert answer.cookies["theme"].value == "dark"
    assert "density" not in answer.cookies
    assert 'data-theme="dark"' in client.get("/ui/").content.decode()


@pytest.mark.django_db
def test_a_forged_theme_is_ignored(client: Client) -> None:
    client.cookies["theme"] = "x onload"
    assert "onload" not in client.get("/ui/").content.decode()


def test_failures_say_what_happened_what_was_kept_what_to_do() -> None:
    request = RequestFactory().get("/nowhere")
    for status in (403, 404, 413):
        with translation.override("fr"):
            text = errors.failure(request, status).content.decode()
        assert all(word in text for word in ("Ce qui s’est passé", "Ce qui est conservé", "Ce que vous pouvez faire"))
    for answer, status in ((errors.bad_request(request), 400), (errors.server_error(request), 500)):
        assert answer.status_code == status
        assert "Ce qui est conservé" in answer.content.decode()
        assert 'lang="en"' in answer.content.decode()


def test_the_page_of_last_resort_depends_on_nothing() -> None:
    source = (ROOT / "ui" / "templates" / "500.html").read_text()
    assert "{%" not in source
    assert "{{" not in source
    for name in re.findall(r'href="/static/(ui/[^"]+)"', source):
        assert (ROOT / "ui" / "static" / name).exists()


def test_fields_tie_label_help_and_error_together() -> None:
    form = views.SpecimenForm({"title": "", "work": "yes"})
    text = show("{{ form.title.as_field_group }}{{ form.details.as_field_group }}", form=form)
    assert '<label for="id_title">' in text
    assert 'aria-describedby="id_title_helptext id_title_error"' in text
    assert 'aria-invalid="true"' in text
    assert 'id="id_title_error"' in text
    assert text.count("(facultatif)") == 1
    cards = show("{{ form.work.as_field_group }}", form=form)
    assert "<fieldset" in cards
    assert "choice-hint" in cards
    assert cards.count("checked") == 1
    assert str(Choice("Oui")) == "Oui"


def test_an_announced_toast_is_a_legal_header() -> None:
    from django.http import HttpResponse

    header = toasts.toast_header(HttpResponse(), "Relais passé à l’équipe\r\nX: y", undo_url="/undo")["HX-Trigger"]
    assert "\n" not in header
    assert header.isascii()


def test_the_renderer_is_the_products() -> None:
    assert settings.FORM_RENDERER == "guichet.ui.forms.Renderer"
    assert get_template("ui/forms/field.html")
