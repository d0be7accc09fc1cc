"""Every page of the URL map: who opens it, and with what. What is no page is said below, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from guichet.demo import cast
from guichet.ui import views as ui_views
from tests.e2e.page import Page, first, person
from tests.e2e.page import at_settings as _set
from tests.e2e.page import of_ticket as _ticket
from tests.e2e.page import plain as _plain
from tests.e2e.pages_answers import NO_PAGE as NO_ANSWER_PAGE
from tests.e2e.pages_answers import answer_pages
from tests.e2e.pages_articles import NO_PAGE as NO_ARTICLE_PAGE
from tests.e2e.pages_articles import article_pages
from tests.e2e.pages_majors import major_pages
from tests.e2e.pages_problems import problem_pages
from tests.e2e.pages_training import NO_PAGE as NO_TRAINING_PAGE
from tests.e2e.pages_training import training_pages
from tests.e2e.pages_trees import tree_pages
from tests.e2e.pages_venues import venue_pages
from tests.e2e.pages_webhooks import NO_PAGE as NO_WEBHOOK_PAGE
from tests.e2e.pages_webhooks import webhook_pages
from tests.e2e.world import World

# Settings page of one row → what it is a row of.
ROWS = {
    "level": "people.Level", "site": "people.Site", "skill": "people.Skill", "team": "people.Team",
    "service": "catalog.Service", "category": "catalog.Category", "request_type": "catalog.RequestType",
    "rule": "routing.Rule", "macro": "tickets.Macro", "mailbox": "channels.Mailbox", "calendar": "calendars.Calendar",
    "promise_trial": "tickets.Trial", "tree": "knowledge.Tree", "webhook": "connectors.Webhook",
    "service_level": "sla.Policy", "application": "tickets.PolicyApplication",
}  # fmt: skip


def _number(key: str) -> Callable[[World], object]:
    return lambda w: w.numbers[key]


def _portal() -> Iterator[Page]:
    yield Page("sign_in", "", _plain("sign_in"))
    yield Page("portal:home", "amelie", _plain("portal:home"))
    yield Page("portal:home", "rachel", _plain("portal:home"), "begun")
    yield Page("portal:home", "newcomer", _plain("portal:home"), "nothing-yet")
    yield Page("portal:home", "long", _plain("portal:home"), "long")
    yield Page("portal:new", "rachel", _plain("portal:new"))
    yield Page("portal:new", "rachel", lambda w: f"{reverse('portal:new')}?type={w.numbers['type']}", "of-a-type")
    steps = ("description", "impact", "urgency", "coach", "error_message", "since", "steps", "place", "environment",
             "tried", "availability")  # fmt: skip
    for step in steps:
        yield Page("portal:ask_step", "rachel", _ask("ask_step", "journey", step), step)
    yield Page("portal:ask_questions", "rachel", _ask("ask_questions", "questions"))
    yield Page("portal:ask_review", "rachel", _ask("ask_review", "journey"))
    yield Page("portal:search", "amelie", _plain("portal:search"))
    yield Page("portal:search", "amelie", _plain("portal:search", "?q=imprimante"), "found")
    yield Page("portal:tickets", "amelie", _plain("portal:tickets"))
    yield Page("portal:tickets", "emily", _plain("portal:tickets"), "contact")
    yield Page("portal:tickets", "newcomer", _plain("portal:tickets"), "nothing-yet")
    yield Page("portal:ticket", "amelie", _ticket("portal:ticket", "mine"), "new")
    yield Page("portal:ticket", "amelie", _ticket("portal:ticket", "to-check"), "to-check")
    yield Page("portal:ticket", "amelie", _ticket("portal:ticket", "asked"), "to-rate")
    yield Page("portal:ticket", "rachel", _ticket("portal:ticket", "english"), "conversation")
    yield Page("portal:ticket", "long", _ticket("portal:ticket", "long"), "long")
    yield Page("portal:ticket", "emily", _ticket("portal:ticket", "of-client"), "contact")
    yield Page("portal:receipt", "amelie", _ticket("portal:receipt", "mine"))
    yield Page("portal:receipt", "long", _ticket("portal:receipt", "long"), "grave")
    yield Page("portal:account", "amelie", _plain("portal:account"))
    yield Page("portal:news", "amelie", _plain("portal:news"))
    yield Page("portal:appointments", "amelie", _plain("portal:appointments"))
    yield Page("portal:appointments", "newcomer", _plain("portal:appointments"), "nothing-yet")
    yield Page("portal:new_appointment", "amelie", _plain("portal:new_appointment"), "reason")
    yield Page("portal:new_appointment", "amelie", _booking("portal:new_appointment", "reason"), "time")
    yield Page("portal:new_appointment", "amelie", _booking("portal:new_appointment", "reason", "at"), "confirm")
    for name in ("appointment", "appointment_move"):
        yield Page(f"portal:{name}", "amelie", lambda w, name=name: _expected(w, f"portal:{name}"))
    yield Page("portal:news", "newcomer", _plain("portal:news"), "nothing-yet")


def _booking(name: str, *chosen: str, **more: str) -> Callable[[World], str]:
    """A step of making an appointment, with what was chosen before it."""

    def find(world: World) -> str:
        known = {"reason": str(world.numbers["reason"]), "at": world.words["at"], **more}
        return f"{reverse(name)}?{urlencode({key: known[key] for key in (*more, *chosen)})}"

    return find


def _expected(world: World, name: str) -> str:
    return reverse(name, args=[world.numbers["appointment"]])


def _ask(name: str, word: str, *more: str) -> Callable[[World], str]:
    return lambda w: reverse(f"portal:{name}", args=[w.words[word], *more])


def _desk() -> Iterator[Page]:
    yield Page("desk:work", "nadia", _plain("desk:work"))
    yield Page("desk:work", "karim", _plain("desk:work"), "technician")
    yield Page("desk:work", "teamless", _plain("desk:work"), "no-team")
    yield Page("desk:work", "christine", _plain("desk:work"), "missing")
    yield Page("desk:search", "nadia", _plain("desk:search"))
    yield Page("desk:search", "nadia", _plain("desk:search", "?q=wifi+state:open+colour:red"), "found")
    yield Page("desk:search", "nadia", _plain("desk:search", "?q=xylophone"), "nothing-found")
    yield Page("desk:searches", "nadia", _plain("desk:searches", "?q=wifi"))
    yield Page("desk:alerts", "nadia", _plain("desk:alerts"))
    yield Page("desk:alerts", "teamless", _plain("desk:alerts"), "nothing-yet")
    for outcome in ("quarantine", "ticket", "reply", "automatic", "duplicate", "discarded"):
        yield Page("desk:contacts", "nadia", _plain("desk:contacts", f"?outcome={outcome}"), outcome)
        yield Page("desk:contact", "nadia", _contact(outcome), outcome)
    yield from problem_pages()
    yield from article_pages()
    yield from answer_pages()
    yield from major_pages()
    yield Page("desk:appointments", "nadia", lambda w: f"{reverse('desk:appointments')}?day={w.words['at'][:10]}")
    yield Page("desk:appointments", "founder", _plain("desk:appointments"), "nothing-yet")
    yield Page("desk:new_appointment", "nadia", _plain("desk:new_appointment", "?q=bouchard"), "whom")
    yield Page("desk:new_appointment", "nadia", lambda w: _booking(
               "desk:new_appointment", "reason", person=str(person("amelie")(w)))(w), "time")  # fmt: skip
    yield Page("desk:appointment_move", "nadia", lambda w: _expected(w, "desk:appointment_move"))
    yield Page("desk:contacts", "founder", _plain("desk:contacts"), "nothing-yet")
    yield Page("desk:comparisons", "nadia", _plain("desk:comparisons"))
    yield Page("desk:comparisons", "christine", _plain("desk:comparisons"), "missing")
    yield Page("desk:comparisons", "founder", _plain("desk:comparisons"), "nothing-yet")
    yield Page("desk:watch", "christine", _plain("desk:watch"))
    yield Page("desk:watch", "founder", _plain("desk:watch"), "other-desk")
    yield Page("desk:watch_mail", "christine", _plain("desk:watch_mail"))
    yield Page("desk:levels", "christine", _plain("desk:levels"))
    yield Page("desk:levels", "founder", _plain("desk:levels"), "nothing-yet")
    yield Page("desk:levels_tickets", "christine", _plain("desk:levels_tickets", "?of=left&weeks=52"))
    for standing in ("waiting", "given_up", "delivered"):
        yield Page("desk:sent", "nadia", _plain("desk:sent", f"?standing={standing}"), standing)
        yield Page("desk:sent", "founder", _plain("desk:sent", f"?standing={standing}"), f"no-{standing}")
    yield Page("desk:ticket_sent", "nadia", _ticket("desk:ticket_sent", "path"))
    yield Page("desk:suggestions", "nadia", _ticket("desk:suggestions", "path"))
    yield Page("desk:ticket_sent", "nadia", _ticket("desk:ticket_sent", "cancelled"), "nothing-yet")
    yield Page("desk:letter", "nadia", _ticket("desk:letter", "path", "mail"))
    yield Page("desk:letter_again", "nadia", _ticket("desk:letter_again", "path", "mail"))
    for name in ("sent_letter", "sent_letter_again"):
        yield Page(f"desk:{name}", "nadia", lambda w, name=name: reverse(f"desk:{name}", args=[w.numbers["mail"]]))
    yield Page("desk:tickets", "nadia", _plain("desk:tickets"))
    yield Page("desk:tickets", "nadia", _plain("desk:tickets", "?view=all"), "all")
    yield Page("desk:tickets", "nadia", _plain("desk:tickets", "?view=all&state=open&q=wifi"), "filtered")
    yield Page("desk:tickets", "founder", _plain("desk:tickets"), "nothing-yet")
    yield Page("desk:filters", "nadia", _plain("desk:filters"))
    yield Page("desk:new_ticket", "nadia", _plain("desk:new_ticket"))
    yield Page("desk:new_ticket", "nadia", _plain("desk:new_ticket", "?q=bouchard"), "found")
    yield Page("desk:new_ticket", "nadia", lambda w: f"{reverse('desk:new_ticket')}?person={person('amelie')(w)}",
               "caller")  # fmt: skip
    yield Page("desk:receipt", "nadia", _ticket("desk:receipt", "new"))
    for key in ("path", "english", "new", "held", "resolved", "closed", "cancelled", "long"):
        yield Page("desk:ticket", "nadia", _ticket("desk:ticket", key), key)
    yield Page("desk:ticket", "aurelie", _ticket("desk:ticket", "of-client"), "of-client")
    for name in ("messages", "replies", "notes"):
        yield Page(f"desk:{name}", "nadia", _ticket(f"desk:{name}", "path"))
    for name in ("tags", "watchers", "assignment", "release", "hold", "promise", "assessment", "severity", "priority",
                 "subject", "hand_overs", "escalations", "hypotheses", "attempts", "resolution", "cause",
                 "workaround_resolution",
                 "cancellation"):  # fmt: skip
        yield Page(f"desk:{name}", "nadia", _ticket(f"desk:{name}", "path"))
    yield Page("desk:watcher", "nadia", lambda w: reverse("desk:watcher", args=[w.tickets["path"],
               person("amelie")(w)]))  # fmt: skip
    yield Page("desk:judgement", "nadia", _ticket("desk:judgement", "path", "hypothesis"))
    yield Page("desk:attempt_test", "nadia", _ticket("desk:attempt_test", "path", "attempt"))
    yield Page("desk:take", "nadia", _ticket("desk:take", "new"))
    yield Page("desk:wake", "nadia", _ticket("desk:wake", "held"))
    for name in ("confirmation", "refusal", "closure"):
        yield Page(f"desk:{name}", "nadia", _ticket(f"desk:{name}", "resolved"))
    yield Page("desk:reopening", "nadia", _ticket("desk:reopening", "closed"))
    yield Page("desk:hold", "nadia", _ticket("desk:hold", "closed"), "impossible")


def _contact(outcome: str) -> Callable[[World], str]:
    """The newest contact of the college that became that."""

    def find(world: World) -> str:
        from guichet.channels.models import Contact

        contact = Contact.objects.filter(outcome=outcome, desk__slug=cast.COLLEGE).first()
        assert contact is not None, outcome
        return reverse("desk:contact", args=[contact.pk])

    return find


def _settings() -> Iterator[Page]:
    here, company = cast.COLLEGE, cast.COMPANY
    plain = ("home", "organisation", "opening", "calendars", "new_calendar", "promise_trials",
             "levels", "severity", "policies", "service_levels", "new_service_level", "clients", "new_client", "sites",
             "new_site", "skills", "new_skill", "teams", "new_team", "people", "new_person", "services",
             "new_service", "categories", "new_category", "request_types", "new_request_type", "rules", "new_rule",
             "trial", "past", "suggestions", "macros", "new_macro", "mailboxes", "new_mailbox",
             "webhooks", "new_webhook", "applications", "trees", "new_tree")  # fmt: skip
    for name in plain:
        yield Page(f"desk:settings:{name}", "helene", _set(name, here))
    for name in ("calendars", "opening", "home", "levels", "severity", "teams", "people", "services", "categories",
                 "promise_trials",
                 "request_types", "rules", "trial", "past", "suggestions", "macros", "mailboxes", "sites", "skills",
                 "clients", "webhooks",
                 "service_levels", "applications", "trees"):  # fmt: skip
        yield Page(f"desk:settings:{name}", "founder", _set(name, "nouveau-depart"), "nothing-yet")
    for name, model in ROWS.items():
        yield Page(f"desk:settings:{name}", "helene", _set(name, here, first(model, here)))
    yield Page("desk:settings:clients", "christine", _set("clients", company), "some")
    yield Page("desk:settings:client", "christine",
               _set("client", company, first("people.Organisation", company)))  # fmt: skip
    yield Page("desk:settings:client_severity", "christine", _set("client_severity", company, lambda w: cast.NOTARY))
    yield Page("desk:settings:person", "helene", _set("person", here, person("nadia")))
    yield Page("desk:settings:person", "helene", _set("person", here, person("long")), "long")
    # Forms within another page: their address shows that page, with the errors where there are any.
    yield Page("desk:settings:members", "helene", _set("members", here, _number("team")))
    yield Page("desk:settings:person_roles", "helene", _set("person_roles", here, person("nadia"), lambda w: here))
    for name in ("invitation", "account_closing"):
        yield Page(f"desk:settings:{name}", "helene", _set(name, here, person("nadia")))
    for name in ("question_position", "question_removal"):
        yield Page(f"desk:settings:{name}", "helene", _set(name, here, _number("type"), _number("question")))
    yield Page("desk:settings:severity_preview", "helene", _set("severity_preview", here))
    yield Page("desk:settings:usual_severity", "christine", _set("usual_severity", company, lambda w: cast.NOTARY))
    yield Page("desk:settings:new_question", "helene", _set("new_question", here, _number("type")))
    yield Page("desk:settings:question", "helene", _set("question", here, _number("type"), _number("question")))
    yield from webhook_pages()
    yield from venue_pages()
    yield from training_pages()
    yield from tree_pages()
    yield Page("desk:settings:invitation_link", "", lambda w: reverse("desk:settings:invitation_link", args=[
               w.words["invitation"], w.words["invitation-token"]]))  # fmt: skip
    yield Page("desk:settings:invitation_link", "",
               _plain("desk:settings:invitation_link", "", "MQ", "spent-token"), "spent", status=404)  # fmt: skip


def _rest() -> Iterator[Page]:
    yield Page("api:tokens", "nadia", _plain("api:tokens"))
    yield Page("api:tokens", "newcomer", _plain("api:tokens"), "nothing-yet")
    yield Page("api:reference", "nadia", _plain("api:reference"))
    yield Page("ui:living", "", _plain("ui:living"))
    for frame in ui_views.FRAMES:
        yield Page("ui:frame", "", _plain("ui:frame", "", frame), frame)
    yield Page("not-found", "amelie", lambda w: "/help/tickets/G-22222/", status=404)
    yield Page("not-found", "nadia", lambda w: "/desk/tickets/G-22222/", "desk", status=404)
    yield Page("not-found", "", lambda w: "/nothing/is/here", "stranger", status=404)


PAGES: list[Page] = [*_portal(), *_desk(), *_settings(), *_rest()]

# Names that answer GET with something else than a page of their own.
POSTED = "only takes POST"
SENDS = "sends elsewhere"
DATA = "answers with data"
FILE = "answers with a file"
PART = "answers with a part of a page"
SCREEN = "a screen that belongs to nobody"
SENDS_MACHINE = "shown to an enrolled machine alone"
NO_PAGE: dict[str, str] = {
    **NO_ARTICLE_PAGE,
    **NO_ANSWER_PAGE,
    **NO_TRAINING_PAGE,
    **NO_WEBHOOK_PAGE,
    "home": SENDS,
    "sign_out": POSTED,
    "language": POSTED,
    "healthz": DATA,
    "metrics": DATA,
    **dict.fromkeys((f"portal:{name}" for name in (
        "ask_draft", "ask_discard", "reply_draft", "replies", "files", "confirmation", "refusal", "reopening",
        "cancellation", "satisfaction", "watchers", "unwatching")), POSTED),
    "portal:file": FILE,
    "portal:appointment_calendar": FILE,
    **dict.fromkeys((f"{space}:appointment_{name}" for space, name in (
        ("portal", "cancellation"), ("desk", "cancellation"), ("desk", "arrival"))), POSTED),
    **dict.fromkeys(("desk:next", "desk:bulk", "desk:draft", "desk:join_outage", "desk:suggestion_acceptance",
                     "desk:suggestion_dismissal"), POSTED),
    **dict.fromkeys(("desk:searches_removal", "desk:search_removal"), POSTED),
    **dict.fromkeys((f"desk:contact_{name}" for name in ("accept", "attach", "discard", "read_again", "undo")), POSTED),
    "desk:comparison_fetch": POSTED,
    **dict.fromkeys((f"{space}:guide_{name}" for space in ("desk", "portal") for name in (
        "answers", "back", "verdict")), POSTED),
    "portal:guide_request": POSTED,
    **dict.fromkeys((f"desk:major_{name}" for name in (
        "notes", "tickets", "ticket_removal", "voices", "follow_up")), POSTED),
    **dict.fromkeys((f"portal:outage_{name}" for name in ("me_too", "not_me", "still_broken")), POSTED),
    "status_file": FILE,
    **dict.fromkeys(("desk:problem_link", "desk:problem_unlink"), POSTED),
    **dict.fromkeys((f"desk:counter_{name}" for name in (
        "seat", "leaving", "break", "return", "next")), POSTED),
    **dict.fromkeys((f"desk:visit_{name}" for name in (
        "call", "recall", "serving", "release", "no_show", "departure")), POSTED),
    "kiosk:leaving": POSTED,
    "desk:counter_stray_settling": "only takes POST, of a check-in that waits for it",
    **dict.fromkeys(("kiosk:ready", "kiosk:worker", "kiosk:visit_worker"), DATA),
    **dict.fromkeys(("kiosk:done", "kiosk:handover", "kiosk:board_of_machine"), SENDS_MACHINE),
    # It speaks the venue's language, whatever the person's: looked at in test_board.py.
    "kiosk:board": SCREEN,
    # The same: the language of whoever was written to. `tests/notifications/test_letters.py` opens it.
    "portal:following_end": SCREEN,
    "desk:contact_raw": FILE,
    "desk:contact_sent": PART,
    "desk:contact_part": FILE,
    "desk:alert": SENDS,
    **dict.fromkeys(("desk:file", "desk:levels_csv"), FILE),
    "desk:macro": DATA,
    "desk:presence": PART,
    "desk:settings:entrance": SENDS,
    "desk:settings:mailbox_letter": PART,
    **dict.fromkeys((f"desk:settings:{name}" for name in (
        "calendar_removal", "service_level_position", "service_level_removal",
        "level_removal", "site_removal", "skill_removal", "team_removal", "member_lead", "member_removal",
        "rule_position", "rule_live", "rule_removal", "past_switch", "past_adoption", "macro_removal", "macro_preview",
        "suggestion_switch", "suggestion_learning", "suggestion_version",
        "mailbox_removal", "venue_switch", "counter_removal", "device_code", "device_revocation", "duty_removal",
        "ready_reasons", "reason_position", "reason_removal", "tree_publication", "tree_withdrawal",
        "tree_copy", "tree_undoing")), POSTED),
    "api:revoke_token": POSTED,
    "ui:preferences": POSTED,
}  # fmt: skip


def names() -> Iterator[str]:
    """Every name of the URL map but the API's, which answers programs and has tests of its own."""
    yield from _walk(get_resolver(), ())


def _walk(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "api-v1":
                yield from _walk(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or "?"))
