"""The settings of a desk: `/desk/settings/<desk>/…`."""

from typing import Any

from django.urls import include, path

from guichet.desk.settings.views import (
    applications,
    calendars,
    catalogue,
    invitation,
    judging,
    levels,
    macros,
    mailboxes,
    organisation,
    overview,
    past,
    people,
    policies,
    routing,
    suggestions,
    teams,
    tree_figures,
    trees,
    trials,
    venue_duties,
    venue_parts,
    venue_reasons,
    venues,
    webhook_log,
    webhooks,
)

app_name = "settings"


def pages(prefix: str, name: str, listing: Any, page: Any, removal: Any = None) -> list[Any]:
    """A list, a new row, a row, and where one can its removal."""
    one = {"categories": "category", "mailboxes": "mailbox"}.get(name, name.removesuffix("s"))
    made = [
        path(f"{prefix}/", listing.as_view(), name=name),
        path(f"{prefix}/new/", page.as_view(), name=f"new_{one}"),
        path(f"{prefix}/<int:pk>/", page.as_view(), name=one),
    ]
    if removal:
        made.append(path(f"{prefix}/<int:pk>/removal/", removal.as_view(), name=f"{one}_removal"))
    return made


of_venue = [
    path("venues/<int:pk>/identity/", venues.VenueIdentity.as_view(), name="venue_identity"),
    path("venues/<int:pk>/opening/", venues.VenueOpening.as_view(), name="venue_opening"),
    path("venues/<int:pk>/rules/", venues.VenueRules.as_view(), name="venue_rules"),
    path("venues/<int:pk>/switch/", venues.VenueSwitch.as_view(), name="venue_switch"),
    path("venues/<int:pk>/poster/", venue_parts.VenuePoster.as_view(), name="venue_poster"),
    path("venues/<int:pk>/counters/", venue_parts.NewCounter.as_view(), name="new_counter"),
    path("venues/<int:pk>/counters/<int:part>/", venue_parts.CounterPage.as_view(), name="counter"),
    path("venues/<int:pk>/counters/<int:part>/removal/", venue_parts.CounterRemoval.as_view(), name="counter_removal"),
    path("venues/<int:pk>/devices/", venue_parts.NewDevice.as_view(), name="new_device"),
    path("venues/<int:pk>/devices/<int:part>/code/", venue_parts.DeviceCode.as_view(), name="device_code"),
    path(
        "venues/<int:pk>/devices/<int:part>/revocation/",
        venue_parts.DeviceRevocation.as_view(),
        name="device_revocation",
    ),
    path("venues/<int:pk>/duties/", venue_duties.NewDuty.as_view(), name="new_duty"),
    path("venues/<int:pk>/duties/<int:person>/", venue_duties.DutyPage.as_view(), name="duty"),
    path("venues/<int:pk>/duties/<int:person>/dates/", venue_duties.DutyDates.as_view(), name="duty_dates"),
    path("venues/<int:pk>/duties/<int:person>/removal/", venue_duties.DutyRemoval.as_view(), name="duty_removal"),
    path("venues/<int:pk>/reasons/ready/", venue_reasons.ReadyReasons.as_view(), name="ready_reasons"),
    path("venues/<int:pk>/reasons/new/", venue_reasons.ReasonPage.as_view(), name="new_reason"),
    path("venues/<int:pk>/reasons/<int:part>/", venue_reasons.ReasonPage.as_view(), name="reason"),
    path(
        "venues/<int:pk>/reasons/<int:part>/position/", venue_reasons.ReasonPosition.as_view(), name="reason_position"
    ),
    path("venues/<int:pk>/reasons/<int:part>/removal/", venue_reasons.ReasonRemoval.as_view(), name="reason_removal"),
]

of_tree = [
    path("trees/<int:pk>/steps/<slug:step>/", trees.StepPage.as_view(), name="tree_step"),
    path("trees/<int:pk>/steps/<slug:step>/removal/", trees.StepRemoval.as_view(), name="tree_step_removal"),
    path("trees/<int:pk>/steps/<slug:step>/position/", trees.AnswerPosition.as_view(), name="tree_answer_position"),
    path("trees/<int:pk>/trial/", trees.TreeTrial.as_view(), name="tree_trial"),
    path("trees/<int:pk>/publication/", trees.TreePublication.as_view(), name="tree_publication"),
    path("trees/<int:pk>/withdrawal/", trees.TreeWithdrawal.as_view(), name="tree_withdrawal"),
    path("trees/<int:pk>/copy/", trees.TreeCopy.as_view(), name="tree_copy"),
    path("trees/<int:pk>/undoing/", trees.TreeUndoing.as_view(), name="tree_undoing"),
    path("trees/<int:pk>/figures/", tree_figures.TreeFigures.as_view(), name="tree_figures"),
]

of_desk = [
    path("", overview.Overview.as_view(), name="home"),
    path("organisation/", organisation.Identity.as_view(), name="organisation"),
    path("opening/", calendars.Opening.as_view(), name="opening"),
    *pages("calendars", "calendars", calendars.Calendars, calendars.CalendarPage, calendars.CalendarRemoval),
    path("levels/", levels.Levels.as_view(), name="levels"),
    path("levels/<int:pk>/", levels.LevelPage.as_view(), name="level"),
    path("levels/<int:pk>/removal/", levels.LevelRemoval.as_view(), name="level_removal"),
    path("severity/", judging.MatrixPage.as_view(), name="severity"),
    path("severity/preview/", judging.MatrixPreview.as_view(), name="severity_preview"),
    path("severity/of/<slug:organisation>/", judging.MatrixPage.as_view(), name="client_severity"),
    path("severity/of/<slug:organisation>/usual/", judging.UsualMatrix.as_view(), name="usual_severity"),
    path("policies/", judging.Policies.as_view(), name="policies"),
    *pages(
        "service-levels",
        "service_levels",
        policies.ServiceLevels,
        policies.ServiceLevelPage,
        policies.ServiceLevelRemoval,
    ),
    path("promise-trials/", trials.PromiseTrials.as_view(), name="promise_trials"),
    path("promise-trials/<int:pk>/", trials.PromiseTrial.as_view(), name="promise_trial"),
    path("service-levels/applications/", applications.Applications.as_view(), name="applications"),
    path("service-levels/applications/<int:pk>/", applications.ApplicationPage.as_view(), name="application"),
    path("service-levels/<int:pk>/position/", policies.ServiceLevelPosition.as_view(), name="service_level_position"),
    *pages("clients", "clients", organisation.Clients, organisation.Client),
    *pages("sites", "sites", organisation.Sites, organisation.SitePage, organisation.SiteRemoval),
    *pages("skills", "skills", teams.Skills, teams.SkillPage, teams.SkillRemoval),
    *pages("teams", "teams", teams.Teams, teams.TeamPage, teams.TeamRemoval),
    path("teams/<int:pk>/members/", teams.Members.as_view(), name="members"),
    path("teams/<int:pk>/members/<int:person>/lead/", teams.MemberLead.as_view(), name="member_lead"),
    path("teams/<int:pk>/members/<int:person>/removal/", teams.MemberRemoval.as_view(), name="member_removal"),
    path("people/", people.People.as_view(), name="people"),
    path("people/new/", people.PersonPage.as_view(), name="new_person"),
    path("people/<int:pk>/", people.PersonPage.as_view(), name="person"),
    path("people/<int:pk>/roles/<slug:organisation>/", people.PersonRoles.as_view(), name="person_roles"),
    path("people/<int:pk>/invitation/", people.Invitation.as_view(), name="invitation"),
    path("people/<int:pk>/closing/", people.AccountClosing.as_view(), name="account_closing"),
    *pages("services", "services", catalogue.Services, catalogue.ServicePage),
    *pages("categories", "categories", catalogue.Categories, catalogue.CategoryPage),
    *pages("request-types", "request_types", catalogue.RequestTypes, catalogue.RequestTypePage),
    path("request-types/<int:type>/questions/new/", catalogue.QuestionPage.as_view(), name="new_question"),
    path("request-types/<int:type>/questions/<int:pk>/", catalogue.QuestionPage.as_view(), name="question"),
    path(
        "request-types/<int:type>/questions/<int:pk>/position/",
        catalogue.QuestionPosition.as_view(),
        name="question_position",
    ),
    path(
        "request-types/<int:type>/questions/<int:pk>/removal/",
        catalogue.QuestionRemoval.as_view(),
        name="question_removal",
    ),
    path("rules/", routing.Rules.as_view(), name="rules"),
    path("rules/new/", routing.RulePage.as_view(), name="new_rule"),
    path("rules/trial/", routing.TrialPage.as_view(), name="trial"),
    path("rules/past/", past.Past.as_view(), name="past"),
    path("rules/past/switch/", past.PastSwitch.as_view(), name="past_switch"),
    path("rules/past/adoption/", past.PastAdoption.as_view(), name="past_adoption"),
    path("suggestions/", suggestions.Suggestions.as_view(), name="suggestions"),
    path("suggestions/switch/", suggestions.SuggestionSwitch.as_view(), name="suggestion_switch"),
    path("suggestions/learning/", suggestions.SuggestionLearning.as_view(), name="suggestion_learning"),
    path("suggestions/lessons/<int:pk>/use/", suggestions.SuggestionVersion.as_view(), name="suggestion_version"),
    path("rules/<int:pk>/", routing.RulePage.as_view(), name="rule"),
    path("rules/<int:pk>/position/", routing.RulePosition.as_view(), name="rule_position"),
    path("rules/<int:pk>/live/", routing.RuleLive.as_view(), name="rule_live"),
    path("rules/<int:pk>/removal/", routing.RuleRemoval.as_view(), name="rule_removal"),
    *pages("macros", "macros", macros.Macros, macros.MacroPage, macros.MacroRemoval),
    *pages("mailboxes", "mailboxes", mailboxes.Mailboxes, mailboxes.MailboxPage, mailboxes.MailboxRemoval),
    path("mailboxes/<int:pk>/letter/", mailboxes.MailboxLetter.as_view(), name="mailbox_letter"),
    *pages("webhooks", "webhooks", webhooks.Webhooks, webhooks.WebhookPage, webhooks.WebhookRemoval),
    path("webhooks/<int:pk>/secret/", webhooks.WebhookSecret.as_view(), name="webhook_secret"),
    path("webhooks/<int:pk>/rotation/", webhooks.WebhookRotation.as_view(), name="webhook_rotation"),
    path("webhooks/<int:pk>/trial/", webhooks.WebhookTrial.as_view(), name="webhook_trial"),
    path("webhooks/<int:pk>/sent/", webhook_log.WebhookDeliveries.as_view(), name="webhook_deliveries"),
    path("webhooks/<int:pk>/sent/<int:number>/", webhook_log.WebhookDelivery.as_view(), name="webhook_delivery"),
    *pages("venues", "venues", venues.Venues, venues.VenuePage),
    *of_venue,
    *pages("trees", "trees", trees.Trees, trees.TreePage),
    *of_tree,
    path("macros/preview/", macros.MacroPreview.as_view(), name="macro_preview"),
]


urlpatterns = [
    path("", overview.Entrance.as_view(), name="entrance"),
    path("invitation/<str:uidb64>/<str:token>/", invitation.SetPassword.as_view(), name="invitation_link"),
    path("<slug:desk>/", include(of_desk)),
]
