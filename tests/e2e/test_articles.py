"""Writing an article with pictures that are pasted, putting one into a reply, reading one without network."""

from __future__ import annotations

from base64 import b64encode

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guichet.knowledge import actions
from guichet.knowledge.models import Article
from tests.e2e.conftest import Door
from tests.e2e.world import PICTURE

_TITLE = "Raccorder un projecteur portatif"
_PASTE = """(area, png) => {
  const given = new DataTransfer();
  given.items.add(new File([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], "image.png", { type: "image/png" }));
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def article(door: Door) -> Article:
    """The same for every test of this module."""
    made = Article.objects.filter(title=_TITLE).first()
    if made is not None:
        return made
    helene, now = door.world.person("helene"), timezone.now()
    made = actions.write(
        desk=helene.organisation, title=_TITLE, body="## Le câble\n\nBrancher le HDMI.",
        actor=helene, now=now,
    )  # fmt: skip
    made = actions.address(made, audience="requesters", actor=helene, now=now)
    return actions.publish(made, actor=helene, now=now)


def test_written_with_a_preview_and_a_pasted_picture(door: Door) -> None:
    page = door.enter("nadia", "/desk/articles/new")
    page.fill("[name=title]", "Brancher un écran")
    page.fill("#id_body", "**Doucement**, d’abord.\n\n")
    expect(page.locator("#article-preview strong")).to_have_text("Doucement")
    page.locator("#id_body").press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Brancher un écran")
    page.get_by_role("link", name="Continuer l’écriture").click()
    page.locator("#id_body").press("Control+End")
    page.locator("#id_body").evaluate(_PASTE, b64encode(PICTURE).decode())
    expect(page.locator("#article-preview img")).to_have_count(1)
    expect(page.locator("#id_body")).to_have_value("**Doucement**, d’abord.\n\n![image](image.png)\n")
    # It is kept already: it is not sent a second time with the form.
    expect(page.locator("[data-file-list] li")).to_have_count(0)


def test_written_without_scripts(door: Door) -> None:
    page = door.enter("nadia", "/desk/articles/new", java_script_enabled=False)
    page.fill("[name=title]", "Imprimer recto verso")
    page.fill("#id_body", "- Un\n- Deux")
    page.click("[name=go][value=preview]")
    expect(page.locator("#article-preview li")).to_have_count(2)
    expect(page.locator("[name=title]")).to_have_value("Imprimer recto verso")
    page.set_input_files("[name=pictures]", [{"name": "Écran.png", "mimeType": "image/png", "buffer": PICTURE}])
    page.click("[name=go][value=save]")
    expect(page.locator(".prose img")).to_have_count(1)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_article_goes_into_a_reply(door: Door, article: Article, script: bool) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/", java_script_enabled=script)
    page.locator("#composer").click()
    page.get_by_role("link", name="Insérer un article").click()
    page.fill("#picker-q", "projecteur portatif")
    if not script:
        page.locator("#picker-q").press("Enter")
    line = page.locator("#article-choices li", has_text=article.title)
    line.get_by_role("link", name="Insérer").click()
    expect(page.locator("#composer-body")).to_have_value(f"{article.title}\n<{_address(article)}>\n")


def _address(article: Article) -> str:
    from django.conf import settings

    return f"{settings.BASE_URL}/help/articles/{article.reference}/"


def test_read_without_network_what_was_kept_and_nothing_else(door: Door, article: Article) -> None:
    context = door.context("amelie")
    page = context.new_page()
    page.goto(f"/help/articles/{article.reference}/")
    page.get_by_role("button", name="Garder hors ligne").click()
    expect(page.locator("[data-keep-state]")).to_contain_text("Gardé")
    context.set_offline(True)
    page.goto(f"/help/articles/{article.reference}/")
    expect(page.locator("h1")).to_have_text(article.title)
    expect(page.locator("body")).not_to_contain_text("Amélie")
    # The list of articles is not kept; what is shown instead leads to those that are.
    page.goto("/help/articles/")
    expect(page.locator("[data-kept] a")).to_have_text([article.title])
    context.set_offline(False)
    page.goto("/help/")
    page.locator("form[action$='/sign-out/']").evaluate("form => form.submit()")
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate("caches.keys()") == []
