"""What is written down, found, walked through and learnt, with the keyboard alone."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import expect

from guichet.demo import cast
from guichet.knowledge.models import Article, Run, Tree
from guichet.training.models import Session
from tests.e2e.conftest import Door
from tests.e2e.hands import focused, follow, press, type_, walk_to


def test_write_an_article_and_publish_it(door: Door) -> None:
    page = door.enter("helene", "/desk/articles/")
    walk_to(page, "a[href$='/articles/new']")
    follow(page)
    walk_to(page, "[name=title]")
    type_(page, "Faire pivoter un écran")
    walk_to(page, "#id_body")
    type_(page, "Les touches **Ctrl**, **Alt** et une flèche.")
    expect(page.locator("#article-preview strong")).to_have_count(2)
    # The preview that comes takes nothing from who writes.
    assert page.evaluate("document.activeElement.id") == "id_body", focused(page)
    follow(page, "Control+Enter")
    press(page, "p")
    page.locator("#sheet[open] form.verb-form").wait_for()
    press(page, "Control+Enter")
    expect(page.locator(".ticket-marks")).to_contain_text("Publié")
    assert Article.objects.get(title="Faire pivoter un écran").state == "published"


def test_build_a_tree(door: Door) -> None:
    page = door.enter("helene", reverse("desk:settings:new_tree", args=[cast.COLLEGE]))
    walk_to(page, "[name=name_fr]")
    type_(page, "Le son manque")
    follow(page, "Control+Enter")
    tree = Tree.objects.get(name_fr="Le son manque")
    walk_to(page, "#outline a.tree-step")
    follow(page)
    walk_to(page, "[name=fr]")
    press(page, "Control+a")
    type_(page, "Le casque est-il branché ?")
    walk_to(page, ".tree-answer-row input[type=text]")
    type_(page, "Oui")
    follow(page, "Control+Enter")
    tree.refresh_from_db()
    assert "Le casque est-il branché" in str(tree.draft)


def test_walk_a_tree_with_a_caller(door: Door) -> None:
    tree = Tree.objects.get(desk__slug=cast.COLLEGE, category__name_en="Printers")
    page = door.enter("nadia", reverse("desk:guides"))
    walk_to(page, f"button[name=tree][value='{tree.pk}']")
    follow(page)
    follow(page, "3")
    expect(page.locator(".asked li")).to_have_count(1)
    follow(page, "1")
    expect(page.locator(".asked li")).to_have_count(2)
    follow(page, "Backspace")
    expect(page.locator(".asked li")).to_have_count(1)


def test_walk_a_tree_alone(door: Door) -> None:
    page = door.enter("amelie", reverse("portal:guides"))
    walk_to(page, "button.guide-answer")
    follow(page)
    question = page.inner_text("h1")
    walk_to(page, "button[name=answer]")
    follow(page)
    assert page.inner_text("h1") != question
    assert Run.objects.filter(person=door.world.person("amelie"), ended_at=None).exists()


def test_search_on_the_page_and_open(door: Door) -> None:
    page = door.enter("nadia", reverse("desk:search"))
    assert page.evaluate("document.activeElement.id") == "q", focused(page)
    type_(page, "imprimante")
    page.locator("#found [data-row]").first.wait_for()
    # What is found changes while one types: the field keeps the focus and every letter.
    assert page.evaluate("document.activeElement.id") == "q" and page.input_value("#q") == "imprimante"
    walk_to(page, "#found .row-link")
    wanted = page.evaluate("document.activeElement.getAttribute('href')")
    follow(page)
    assert page.url.endswith(wanted)


def test_register_for_a_session_and_give_the_place_back(door: Door) -> None:
    session = Session.objects.filter(desk__slug=cast.COLLEGE, state="open").order_by("-pk")[0]
    page = door.enter("rachel", reverse("portal:sessions"))
    walk_to(page, f"a.row-link[href$='/{session.pk}/']")
    follow(page)
    walk_to(page, "form[action*='registration'] button")
    follow(page)
    expect(page.locator(".banner")).to_contain_text("place")
    walk_to(page, "form[action*='withdrawal'] button")
    follow(page)
    row = page.locator(".row", has=page.locator(f"a[href$='/{session.pk}/']"))
    expect(row).to_contain_text("places libres")
