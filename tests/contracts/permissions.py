"""Who gets what at each address: the permission matrix, one line for each URL name.

A row has one letter for each of ROLES, towards a ticket of a client's requester that is with the desk's second team:

    anonymous · owner · elsewhere (a requester of another client) · contact (of the owner's organisation) ·
    agent (front team) · foreign (an agent of another desk) · provider (technician of the ticket's team) ·
    other provider (of another team) · manager

    +  let in (answered, sent on, or refused for what was typed)      s  sent to the sign-in page
    u  401: no token     3  403: visible but forbidden     4  404: not there for them

A method that an address doesn't name here lets nobody in. A URL name that isn't here fails the tests.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.contracts import permissions_training as training
from tests.contracts import permissions_webhooks as webhooks

ROLES = (
    "anonymous", "owner", "elsewhere", "contact", "agent", "foreign", "provider", "other_provider", "manager",
)  # fmt: skip

Row = Mapping[str, str]

PUBLIC = "+++++++++"
OUT = "sssssssss"
DEAD_LINK = "444444444"
# What has to be named in the address first.
NOBODY_YET = "s44444444"
ANYBODY = "s++++++++"
OWN_DRAFT = "s+4444444"
FOLLOWS = "s+4+44444"
HAS_THE_SAY = "s+4344444"
SEES = "s+4++4+4+"
# Whom a major incident of the client concerns, and whoever works at the desk that serves it.
CONCERNED = "s+4++444+"
# Of these, only those whom it hit may say that it still does.
HIT = "s+4334443"
DESK = "s444+++++"
OWN_NEWS = "s444+4444"
TREATS = "s444+4+4+"
# A provider's technician treats the ticket, and writes nothing of what the desk knows.
WRITES_OF_IT = "s444+434+"
AT_OWN_DESK = "s444++44+"
OF_OWN_DESK = "s444+444+"
MANAGES_SOMEWHERE = "s4443333+"
ONLY_MANAGERS = "s4444444+"
MANAGES = "s4443433+"

# A kiosk's key opens them, to nobody who is signed in.
NO_MACHINE = "333333333"
NO_MACHINE_DATA = "uuuuuuuuu"

API_ANYBODY = "u++++++++"
API_SEES = "u+4++4+4+"
API_TREATS = "u343+4+4+"
# A mail about the ticket, by its own number.
API_ITS_MAIL = "u444+4+4+"
# A provider's technician treats the ticket, and runs no major incident.
API_RUNS = "u343+434+"
API_HIT = "u+4334443"
API_HAS_THE_SAY = "u+43+4+4+"
API_RATES = "u+4334343"
# The client's people read the article; those who treat at its desk write it.
API_WRITES = "u343+444+"
API_WORKS = "u333+++++"
API_AT_OWN_DESK = "u333++33+"
API_OF_OWN_DESK = "u444+444+"
API_RECEIVES = "u333+433+"
API_NAMES_SOMEBODY = "u+43+444+"
# The desk's organisation is known to everybody whom it serves; a client to its own people and to those who treat its
# tickets. A provider's technician sees tickets, neither the list of clients nor that of people.
API_SERVED = "u++++4+++"
# One's own, and those at venues where one receives.
API_OWN_OR_RECEIVED = "u+44+444+"
API_AT_DESK = "u333+4+++"
API_MANAGES = "u3333433+"
API_ONLY_MANAGERS = "u3333333+"
API_IN_CLIENT = "u+4++444+"
API_OF_CLIENT = "u3433444+"


def _get(row: str, *names: str) -> dict[str, Row]:
    return {name: {"GET": row} for name in names}


def _post(row: str, *names: str) -> dict[str, Row]:
    return {name: {"POST": row} for name in names}


def _form(row: str, *names: str) -> dict[str, Row]:
    return {name: {"GET": row, "POST": row} for name in names}


def _under(prefix: str, *groups: Mapping[str, Row]) -> dict[str, Row]:
    return {prefix + name: row for group in groups for name, row in group.items()}


DOOR: dict[str, Row] = {
    **_get(ANYBODY, "home"),
    **_form(PUBLIC, "sign_in"),
    **_post(OUT, "sign_out"),
    **_post(PUBLIC, "language", "ui:preferences"),
    **_get(PUBLIC, "healthz", "ui:living", "ui:frame"),
    # The status page is everybody's, signed in or not.
    **_get(PUBLIC, "status", "status_file"),
    # Opened by a token of its own, to nobody who is signed in.
    **_get(DEAD_LINK, "metrics"),
}

PORTAL = _under(
    "portal:",
    _get(ANYBODY, "home", "tickets", "search", "appointments"),
    _form(ANYBODY, "new", "account", "news", "new_appointment"),
    _get(OWN_DRAFT, "appointment", "appointment_calendar"),
    _form(OWN_DRAFT, "appointment_move"),
    _post(OWN_DRAFT, "appointment_cancellation"),
    _form(OWN_DRAFT, "ask_questions", "ask_review", "ask_step", "answer"),
    _get(OWN_DRAFT, "ask_answers"),
    _post(ANYBODY, "answers"),
    _post(OWN_DRAFT, "answer_helped"),
    _post(OWN_DRAFT, "ask_draft"),
    _post(ANYBODY, "ask_discard"),
    # For whom the link was made, signed in or not; what was not signed opens nothing.
    _form(DEAD_LINK, "following_end"),
    _get(FOLLOWS, "ticket", "receipt"),
    _get(CONCERNED, "outage"),
    _post(CONCERNED, "outage_me_too", "outage_not_me"),
    _post(HIT, "outage_still_broken"),
    _get(SEES, "file"),
    _form(ANYBODY, "guides"),
    _get(OWN_DRAFT, "guide"),
    _post(OWN_DRAFT, "guide_answers", "guide_back", "guide_verdict", "guide_request"),
    _get(PUBLIC, "articles", "articles_kept", "articles_worker"),
    _get(CONCERNED, "article", "article_picture"),
    _post(CONCERNED, "article_feedback"),
    training.PORTAL,
    _post(FOLLOWS, "reply_draft", "replies", "files", "unwatching"),
    _post(HAS_THE_SAY, "confirmation", "refusal", "reopening", "cancellation", "satisfaction", "watchers"),
)

WORK = _under(
    "desk:",
    _get(DESK, "work", "search", "tickets", "filters", "sent"),
    _post(DESK, "next", "bulk", "searches_removal"),
    _form(DESK, "alerts", "new_ticket", "searches"),
    _get(OWN_NEWS, "alert"),
    _post(OWN_NEWS, "search_removal"),
    _get(AT_OWN_DESK, "contacts", "counter", "majors"),
    _get(OF_OWN_DESK, "major", "major_sent", "suggestions"),
    _form(
        OF_OWN_DESK,
        "declare", "major_news", "major_lead", "major_description", "major_audience", "major_restoration",
        "major_resumption", "major_review", "major_closure",
    ),
    _post(
        OF_OWN_DESK,
        "suggestion_acceptance", "suggestion_dismissal",
        "join_outage", "major_notes", "major_tickets", "major_ticket_removal", "major_voices", "major_follow_up",
    ),
    _get(OF_OWN_DESK, "counter_venue", "counter_influx", "counter_accuracy", "counter_strays"),
    _form(OF_OWN_DESK, "counter_new_visit", "visit_hold", "visit_transfer", "visit_cancellation", "visit_ending"),
    _post(
        OF_OWN_DESK,
        "counter_stray_settling",
        "counter_seat", "counter_leaving", "counter_break", "counter_return", "counter_next", "visit_call",
        "visit_recall", "visit_serving", "visit_release", "visit_no_show", "visit_departure",
    ),
    _form(AT_OWN_DESK, "comparisons"),
    _post(OF_OWN_DESK, "comparison_fetch"),
    _form(ONLY_MANAGERS, "watch", "watch_mail"),
    _get(ONLY_MANAGERS, "levels", "levels_tickets", "levels_csv", "found_answers"),
    _get(OF_OWN_DESK, "contact", "contact_raw", "contact_sent", "contact_part"),
    _post(OF_OWN_DESK, "contact_accept", "contact_attach", "contact_discard", "contact_read_again", "contact_undo"),
    _form(AT_OWN_DESK, "guides"),
    _get(OF_OWN_DESK, "guide"),
    _post(OF_OWN_DESK, "guide_answers", "guide_back", "guide_verdict"),
    _get(AT_OWN_DESK, "problems", "articles"),
    _form(AT_OWN_DESK, "new_problem", "new_article"),
    _get(OF_OWN_DESK, "problem"),
    _form(
        OF_OWN_DESK,
        "problem_subject", "problem_owner", "problem_cause", "problem_cause_removal", "problem_workaround",
        "problem_workaround_removal", "problem_fix", "problem_article", "problem_article_removal", "problem_closure",
        "problem_reopening", "problem_tickets",
    ),
    _post(OF_OWN_DESK, "problem_link", "problem_unlink", "article_pictures"),
    _post(AT_OWN_DESK, "article_preview"),
    _get(OF_OWN_DESK, "article", "article_picture", "article_version", "article_difference", "article_verdicts"),
    _form(
        OF_OWN_DESK,
        "article_editing", "article_publication", "article_draft_removal", "article_archiving", "article_restoration",
        "article_review", "article_audience", "article_reversion",
    ),
    training.DESK,
    _get(AT_OWN_DESK, "appointments"),
    {"new_appointment": {"GET": AT_OWN_DESK, "POST": NOBODY_YET}},
    _form(OF_OWN_DESK, "appointment_move"),
    _post(OF_OWN_DESK, "appointment_cancellation", "appointment_arrival"),
    _get(TREATS, "file", "ticket", "article_picker", "receipt", "macro", "ticket_sent", "letter", "sent_letter"),
    _post(TREATS, "draft"),
    _form(
        TREATS,
        "presence", "messages", "replies", "notes", "tags", "watchers", "watcher", "take", "assignment", "release",
        "hold", "wake", "promise", "assessment", "severity", "priority", "subject", "hand_overs", "escalations",
        "hypotheses", "judgement", "attempts", "attempt_test", "resolution", "confirmation", "refusal", "closure",
        "cancellation", "reopening", "letter_again", "sent_letter_again", "cause", "workaround_resolution",
    ),
    _form(WRITES_OF_IT, "ticket_article"),
)  # fmt: skip

SETTINGS = _under(
    "desk:settings:",
    _get(MANAGES_SOMEWHERE, "entrance"),
    _form(DEAD_LINK, "invitation_link"),
    _get(
        MANAGES,
        "calendars", "promise_trials",
        "home", "clients", "sites", "skills", "teams", "people", "services", "categories", "request_types", "rules",
        "trial", "past", "suggestions", "macros", "mailboxes", "mailbox_letter", "venues", "venue", "venue_poster",
        "trees", "tree_trial", "tree_figures",
    ),
    _form(
        MANAGES,
        "new_calendar", "calendar", "promise_trial",
        "organisation", "opening", "levels", "level", "severity", "client_severity", "policies", "new_client",
        "service_levels", "new_service_level", "service_level", "applications", "application",
        "client", "new_site", "site", "new_skill", "skill", "new_team", "team", "members", "new_person", "person",
        "new_service", "service", "new_category", "category", "new_request_type", "request_type", "new_question",
        "question", "new_rule", "rule", "new_macro", "macro", "new_mailbox", "mailbox",
        "new_venue", "venue_identity", "venue_opening", "venue_rules", "new_counter", "counter", "new_device",
        "new_duty", "duty", "duty_dates", "new_reason", "reason", "new_tree", "tree", "tree_step",
        # Buttons that show their page when they are asked with GET.
        "severity_preview", "usual_severity", "person_roles", "invitation", "account_closing", "question_position",
        "question_removal", "tree_step_removal", "tree_answer_position",
    ),
    _post(
        MANAGES,
        "calendar_removal", "service_level_position", "service_level_removal",
        "level_removal", "site_removal", "skill_removal", "team_removal", "member_lead", "member_removal",
        "rule_position", "rule_live", "rule_removal", "past_switch", "past_adoption", "macro_removal", "macro_preview",
        "suggestion_switch", "suggestion_learning", "suggestion_version",
        "mailbox_removal", "venue_switch", "counter_removal", "device_code", "device_revocation", "duty_removal",
        "ready_reasons", "reason_position", "reason_removal", "tree_publication", "tree_withdrawal", "tree_copy",
        "tree_undoing",
    ),
    webhooks.SETTINGS,
)  # fmt: skip

KIOSK = _under(
    "kiosk:",
    _form(PUBLIC, "enrol", "poster_check_in"),
    # The page on one's phone: whoever has its token.
    _get(PUBLIC, "visit", "worker", "visit_worker"),
    # A waiting room's screen: whoever has its key.
    _get(PUBLIC, "board"),
    _post(PUBLIC, "leaving"),
    _form(NO_MACHINE, "home"),
    _get(NO_MACHINE, "done", "board_of_machine"),
    _get(NO_MACHINE_DATA, "ready"),
    _post(NO_MACHINE_DATA, "handover"),
)

TOKENS: dict[str, Row] = {
    **_form(ANYBODY, "api:tokens"),
    **_post(OWN_DRAFT, "api:revoke_token"),
    **_get(ANYBODY, "api:reference"),
}


def _api(row: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, row)


# The API's URL names are its operations: each has one method.
OPERATIONS: dict[str, str] = {
    **_api(PUBLIC, "openapi"),
    **_api(
        API_ANYBODY,
        "read_me", "list_notifications", "read_notifications", "check_intake", "list_tickets", "open_ticket",
        "list_events", "list_organisations", "list_appointments", "book_appointment", "search",
    ),
    **_api(
        API_SEES,
        "read_ticket", "list_messages", "add_reply", "list_attachments", "add_attachments", "download_attachment",
        "list_watchers", "read_timeline", "verify_timeline",
    ),
    **_api(
        API_TREATS,
        "change_ticket", "add_note", "list_tags", "set_tags", "set_assignee", "release_ticket", "hold_ticket",
        "wake_ticket", "list_hand_overs", "hand_over_ticket", "escalate_ticket", "set_promise", "assess_ticket",
        "override_severity", "set_priority", "list_hypotheses", "add_hypothesis", "judge_hypothesis", "list_attempts",
        "add_attempt", "test_attempt", "resolve_ticket", "close_ticket", "read_decision", "list_sent", "read_sent",
        "send_again", "list_clocks", "read_team_proposal", "read_likely_major_incident", "read_suggestions",
    ),
    **_api(
        API_HAS_THE_SAY,
        "remove_watcher", "confirm_ticket", "reopen_ticket", "cancel_ticket", "uncancel_ticket", "read_satisfaction",
    ),
    **_api(API_RATES, "rate_ticket"),
    **_api(API_WORKS, "read_work", "read_list", "take_next_ticket", "list_all_sent"),
    **_api(API_ITS_MAIL, "read_any_sent", "send_any_again"),
    **_api(API_ANYBODY, "list_major_incidents"),
    **_api(API_RUNS, "declare_major_incident", "accept_suggestion", "dismiss_suggestion"),
    **_api(API_IN_CLIENT, "read_major_incident", "say_me_too", "say_not_me"),
    **_api(API_HIT, "say_still_broken"),
    **_api(
        API_OF_OWN_DESK,
        "read_major_timeline", "describe_major_incident", "hand_major_lead", "show_major_incident", "tell_major_news",
        "note_on_major_incident", "link_major_ticket", "unlink_major_ticket", "restore_major_incident",
        "resume_major_incident", "review_major_incident", "set_follow_up_done", "close_major_incident",
    ),
    **training.OPERATIONS,
    **webhooks.OPERATIONS,
    **_api(API_AT_OWN_DESK, "list_contacts"),
    **_api(API_AT_OWN_DESK, "list_problems", "open_problem"),
    **_api(
        API_OF_OWN_DESK,
        "read_problem", "change_problem", "state_cause", "dismiss_cause", "offer_workaround", "withdraw_workaround",
        "fix_problem", "close_problem", "reopen_problem", "read_problem_timeline", "list_problem_tickets",
        "link_ticket", "unlink_ticket", "document_problem",
    ),
    **_api(API_TREATS, "resolve_by_workaround"),
    **_api(API_ANYBODY, "list_articles", "list_trees"),
    **_api(API_SERVED, "read_tree", "start_tree_run"),
    **_api(API_ONLY_MANAGERS, "add_tree"),
    **_api(API_MANAGES, "change_tree", "publish_tree", "withdraw_tree", "copy_tree"),
    **_api(
        API_OF_OWN_DESK, "read_tree_run", "answer_tree_question", "take_tree_answer_back", "judge_tree_run"
    ),
    **_api(API_AT_OWN_DESK, "write_article"),
    **_api(API_IN_CLIENT, "read_article", "give_article_feedback", "download_article_picture"),
    **_api(
        API_WRITES,
        "change_article", "write_article_draft", "discard_article_draft", "publish_article", "archive_article",
        "restore_article", "address_article", "set_article_review", "list_article_versions", "read_article_version",
        "revert_article", "read_article_timeline", "read_article_feedback", "list_article_pictures",
        "add_article_pictures",
    ),
    **_api(API_RUNS, "draft_article"),
    **_api(
        API_OF_OWN_DESK,
        "read_contact", "download_contact", "accept_contact", "attach_contact", "discard_contact",
        "read_contact_again", "undo_contact",
    ),
    **_api(API_ANYBODY, "list_venues", "list_holidays"),
    **_api(API_SERVED, "read_venue"),
    **_api(
        API_RECEIVES,
        "list_visits", "check_somebody_in", "list_counters", "call_next", "sit_down", "rise_up", "begin_break",
        "end_break", "read_waits", "read_influx",
    ),
    **_api(
        API_OF_OWN_DESK,
        "read_visit", "call_visit", "begin_visit", "hold_visit", "release_visit", "transfer_visit", "miss_visit",
        "leave_visit", "cancel_visit", "end_visit",
    ),
    **_api(API_NAMES_SOMEBODY, "add_watcher"),
    **_api(
        API_SERVED,
        "list_levels", "list_teams", "read_matrix", "list_policies", "read_opening", "list_services",
        "list_categories", "list_request_types",
    ),
    **_api(API_SERVED, "list_slots"),
    **_api(API_OWN_OR_RECEIVED, "read_appointment", "move_appointment", "cancel_appointment"),
    **_api(
        API_AT_DESK,
        "list_rules", "list_macros", "list_calendars", "read_calendar", "list_calendar_versions", "read_calendar_hours",
        "list_service_levels", "read_service_level", "list_service_level_changes",
    ),
    **_api(
        API_ONLY_MANAGERS,
        "list_findings", "read_levels", "read_found_answers", "read_watch_mail", "choose_watch_mail",
    ),
    **_api(
        API_MANAGES,
        "list_promise_trials", "start_promise_trial", "read_promise_trial", "list_promise_trial_changes",
        "add_client", "start_scheme", "change_level", "add_team", "change_team", "remove_team", "join_team",
        "leave_team", "set_matrix", "reset_matrix", "set_policies", "set_opening", "add_service", "change_service",
        "add_category", "change_category", "add_request_type", "change_request_type", "add_rule", "change_rule",
        "read_learned_routing", "switch_learned_routing",
        "list_suggested_fields", "switch_suggested_field",
        "add_calendar", "change_calendar", "remove_calendar",
        "add_service_level", "change_service_level", "remove_service_level", "move_service_level",
        "list_policy_applications", "plan_policy_application", "read_policy_application",
        "list_policy_application_changes", "start_policy_application",
        "remove_rule", "start_rule", "stop_rule", "move_rule", "try_rules", "add_macro", "change_macro",
        "remove_macro",
    ),
    **_api(API_IN_CLIENT, "read_organisation", "list_sites", "list_people", "read_person", "read_roles"),
    **_api(
        API_OF_CLIENT,
        "change_organisation", "add_site", "change_site", "remove_site", "add_person", "change_person", "set_roles",
    ),
}  # fmt: skip

PAGES: dict[str, Row] = {**DOOR, **PORTAL, **WORK, **SETTINGS, **KIOSK, **TOKENS}
