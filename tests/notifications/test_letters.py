"""What mail says: in the reader's language, what was said by whom, what comes next, how to answer."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from guichet.channels import threads
from guichet.channels.mail import tokens
from guichet.lib.models import Outgoing
from guichet.notifications import addressing, following
from guichet.people.models import Account
from guichet.tickets import actions
from guichet.tickets.models import Ticket, Watcher
from tests import builders
from tests.channels.mail.sink import Sink
from tests.notifications.post import both, quiet, sent, sink, stage, text, to
from tests.tickets.stage import Stage, history, later, upload

__all__ = ["sink", "stage"]


def test_the_acknowledgement(stage: Stage, sink: Sink) -> None:
    ticket = stage.ticket(title="L’imprimante ne répond plus", description="Mot de passe : hunter2")
    assert sent(sink, at=later(0)) == []
    [mail] = sent(sink, at=later(1))
    assert to(mail) == stage.requester.email
    assert mail["From"] == "Centre d’aide <aide@essai.example>"
    assert mail["Subject"] == f"[{ticket.reference}] L’imprimante ne répond plus"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Guichet-Instance"] == addressing.instance()
    assert "List-Unsubscribe" not in mail
    for body in (text(mail), text(mail, "html")):
        assert "Nous avons bien reçu votre demande." in body
        assert ticket.reference in body
        assert (
            "Prochaine étape\u00a0: une première réponse (Centre de services), avant le mardi 18\u00a0novembre" in body
        )
        assert "Pour nous écrire, répondez simplement à ce courriel." in body
        assert f"https://aide.essai.example/help/tickets/{ticket.reference}/" in body
        assert "hunter2" not in body
    [row] = Outgoing.objects.all()
    assert (row.about, row.recipient, row.answer[:3]) == (ticket.reference, stage.requester.email, "250")
    assert row.payload["message_id"] == mail["Message-ID"]


def test_answers_find_their_way_back(stage: Stage, sink: Sink) -> None:
    ticket = stage.ticket()
    [mail] = sent(sink)
    token = tokens.Token(ticket=ticket.pk, person=stage.requester.pk)
    reply_to = mail["Reply-To"].addresses[0].addr_spec
    assert reply_to.startswith("aide+")
    assert tokens.found_in(reply_to, key=threads.key()) == [token]
    assert tokens.found_in(mail["Message-ID"], key=threads.key()) == [token]
    # What comes back to the envelope's sender says by itself whose address failed.
    assert sink.taken[0][0] == reply_to


def test_in_the_readers_language_and_time(stage: Stage, sink: Sink) -> None:
    reader = stage.neighbour
    reader.time_zone = "Europe/London"
    reader.save()
    ticket = stage.ticket("open", requester=reader)
    actions.hold(ticket, reason="requester", wake_at=later(24 * 60), actor=stage.agent, now=later(0))
    [mail] = sent(sink)
    assert mail["Content-Language"] == "en"
    assert f"Hello {reader.name}," in text(mail)
    assert "We need your answer to go on." in text(mail)
    assert "until Wednesday 19\u00a0November at 15:00 at most" in text(mail)
    assert '<html lang="en">' in text(mail, "html")


def test_a_reply_is_a_letter(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    actions.reply(ticket, body="Bonjour, **éteignez** l’appareil <b>svp</b>.", actor=stage.agent, now=later(5))
    [mail] = sent(sink)
    assert to(mail) == stage.requester.email
    assert "Auto-Submitted" not in mail
    assert f"{stage.agent.name} a écrit\u00a0:" in text(mail)
    assert "**éteignez** l’appareil" in text(mail)
    assert "<strong>éteignez</strong> l’appareil &lt;b&gt;svp" in text(mail, "html")
    first = Outgoing.objects.order_by("pk")[0].payload["message_id"]
    assert mail["In-Reply-To"] == mail["References"] == first


def test_the_next_batch_is_another_mail_of_the_same_thread(stage: Stage, sink: Sink) -> None:
    ticket = stage.ticket("open")
    mails = sent(sink)
    for n in range(3):
        actions.reply(ticket, body=f"{n}", actor=stage.agent, now=later(10 * n))
        mails += sent(sink, at=later(10 * n + 2))
    ids = [mail["Message-ID"] for mail in mails]
    assert len(set(ids)) == 4
    assert [mail["References"].split() if mail["References"] else [] for mail in mails] == [
        [], ids[:1], ids[:2], ids[:3],
    ]  # fmt: skip


def test_solved_asks_whether_it_works(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    builders.resolved(ticket, actor=stage.agent, now=later(5))
    [mail] = sent(sink)
    url = f"https://aide.essai.example/help/tickets/{ticket.reference}/"
    assert "Est-ce que ça fonctionne\u00a0?" in both(mail)
    assert f"Ça fonctionne\u00a0: {url}#check-title" in text(mail)
    assert f'href="{url}#refuse-body"' in text(mail, "html")
    assert mail["Auto-Submitted"] == "auto-generated"


def test_who_cannot_sign_in_answers_by_mail(stage: Stage, sink: Sink) -> None:
    Account.objects.filter(person=stage.requester).delete()
    ticket = stage.ticket("open")
    builders.resolved(ticket, actor=stage.agent, now=later(5))
    mails = sent(sink)
    assert "essai.example/help" not in "".join(map(both, mails))
    assert "Dites-le-nous en répondant à ce courriel." in both(mails[-1])


def test_a_wait_says_what_we_need(stage: Stage, sink: Sink) -> None:
    ticket = stage.ticket("open")
    actions.reply(ticket, body="Quel est le numéro de l’appareil ?", actor=stage.agent, now=later(2))
    sent(sink)
    wake = later(24 * 60)
    by: dict[str, Any] = {"actor": stage.agent, "now": later(20)}
    actions.hold(ticket, reason="requester", wake_at=wake, note="relancer jeudi, client difficile", **by)
    [mail] = sent(sink)
    assert "Il nous faut votre réponse pour continuer." in text(mail)
    assert "Quel est le numéro de l’appareil ?" in both(mail)
    assert "client difficile" not in both(mail)


def test_followers_are_shown_the_way_out(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(2))
    actions.reply(ticket, body="Bonjour", actor=stage.agent, now=later(5))
    ways = {to(mail): mail["List-Unsubscribe"] for mail in sent(sink)}
    url = f"<https://aide.essai.example/help/tickets/{ticket.reference}/>"
    assert ways == {stage.requester.email: None, stage.neighbour.email: url}


def test_a_follower_without_an_account_has_a_link_of_their_own(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(2))
    Account.objects.filter(person=stage.neighbour).delete()
    actions.reply(ticket, body="Bonjour", actor=stage.agent, now=later(5))
    mails = {to(mail): mail for mail in sent(sink)}
    way = mails[stage.neighbour.email]["List-Unsubscribe"].strip("<>")
    assert way.startswith("https://aide.essai.example/help/following/")
    for form in ("plain", "html"):
        assert way in text(mails[stage.neighbour.email], form)
        assert "/help/following/" not in text(mails[stage.requester.email], form)
    browser, there = Client(enforce_csrf_checks=True), way.removeprefix("https://aide.essai.example")
    # Programs look at links before people do: looking changes nothing, and tells nothing of the ticket.
    page = browser.get(there)
    assert (page.status_code, ticket.reference in page.content.decode()) == (200, True)
    assert ticket.title not in page.content.decode()
    assert Watcher.objects.filter(ticket=ticket, person=stage.neighbour).exists()
    assert browser.post(there).status_code == 403
    form = {"csrfmiddlewaretoken": page.content.decode().partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]}
    assert browser.post(there, form).status_code == 200
    assert not Watcher.objects.filter(ticket=ticket, person=stage.neighbour).exists()
    event = history(ticket)[-1]
    who = stage.neighbour.pk
    assert (event.verb, event.actor_id, event.data) == ("ticket.unwatched", who, {"person": who})
    version = Ticket.objects.get(pk=ticket.pk).version
    assert browser.post(there, form).status_code == 200
    assert Ticket.objects.get(pk=ticket.pk).version == version
    actions.reply(ticket, body="Encore", actor=stage.agent, now=later(20))
    assert [to(mail) for mail in sent(sink, at=later(700))] == [stage.requester.email]


def test_a_link_that_was_changed_opens_nothing(stage: Stage) -> None:
    ticket = stage.ticket()
    good = following.url(ticket=ticket, person=stage.neighbour).rstrip("/").rpartition("/")[2]
    other = following.url(ticket=ticket, person=stage.requester).rstrip("/").rpartition("/")[2]
    swapped = other.partition(":")[0] + ":" + good.partition(":")[2]
    for wrong in (good[:-1], swapped, "x", ":", good.partition(":")[0]):
        assert Client().get(reverse("portal:following_end", args=[wrong])).status_code == 404


def test_small_files_of_the_desk_come_along_large_ones_as_links(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    files = [upload("guide.pdf", b"%PDF-1", "application/pdf"), upload("film.mp4", b"x" * 6_000_000, "video/mp4")]
    actions.reply(ticket, body="Voici", uploads=files, actor=stage.agent, now=later(5))
    [mail] = sent(sink)
    assert [a.get_filename() for a in mail.iter_attachments()] == ["guide.pdf"]
    film = ticket.attachments.get(name="film.mp4")
    assert f"https://aide.essai.example/help/files/{film.key}/" in text(mail)
    assert "guide.pdf (en pièce jointe)" in text(mail)


def test_files_of_the_requesters_side_are_links(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(2))
    actions.reply(ticket, body="Voici", uploads=[upload("écran.png")], actor=stage.requester, now=later(5))
    [mail] = sent(sink)
    assert list(mail.iter_attachments()) == []
    assert "écran.png" in both(mail)


def test_an_address_that_no_mail_can_carry_is_given_up(stage: Stage, sink: Sink) -> None:
    stage.requester.email = "bad address@x"
    stage.requester.save()
    stage.ticket()
    assert sent(sink) == []
    row = Outgoing.objects.get()
    assert row.given_up_at is not None
    assert "not an address" in row.answer


def test_a_corrected_address_is_used(stage: Stage, sink: Sink) -> None:
    stage.ticket()
    stage.requester.email = "Nouvelle@essai.example"
    stage.requester.save()
    [mail] = sent(sink)
    assert to(mail) == "Nouvelle@essai.example"
    assert Outgoing.objects.get().recipient == "nouvelle@essai.example"


def test_a_title_adds_no_header(stage: Stage, sink: Sink) -> None:
    ticket = stage.ticket()
    Ticket.objects.filter(pk=ticket.pk).update(title="x\r\nBcc: moi@ailleurs.example\r\n\r\n<script>")
    [mail] = sent(sink)
    assert "Bcc" not in mail
    assert len(sink.taken[0][1]) == 1
    assert "<script" not in text(mail, "html")


def test_nothing_is_fetched_from_elsewhere_and_no_link_follows_the_host(stage: Stage, sink: Sink) -> None:
    ticket = stage.ticket("open")
    actions.reply(ticket, body="![x](https://ailleurs.example/pixel.gif)", actor=stage.agent, now=later(2))
    builders.resolved(ticket, actor=stage.agent, now=later(5))
    for mail in sent(sink):
        html = text(mail, "html")
        assert "<img" not in html
        assert "url(" not in html
        assert "src=" not in html
        assert "<script" not in html


def test_sent_twice_after_a_crash_it_is_known_as_the_same(stage: Stage, sink: Sink) -> None:
    """The server said yes and we died before we could note it: the reader's program sees one message."""
    stage.ticket()
    [first] = sent(sink)
    Outgoing.objects.update(delivered_at=None, next_at=later(700), answer="")
    [second] = sent(sink, at=later(700))
    assert second["Message-ID"] == first["Message-ID"]
    assert text(second) == text(first)
