"""What both demo desks start from: macros in both languages, and how soon they answer."""

from guichet.demo.plan import MacroPlan, PolicyPlan

MACROS = (
    MacroPlan(
        ("Accusé de prise en charge", "Taken on"),
        (
            "Bonjour {prenom},\n\nJ’ai pris votre ticket {reference} en charge. Prochaine étape : {prochaine_etape}, "
            "d’ici {echeance}.\n\n{agent}\n{equipe}",
            "Hello {first_name},\n\nI have taken on your ticket {reference}. Next step: {next_step}, by {due}.\n\n"
            "{agent}\n{team}",
        ),
    ),
    MacroPlan(
        ("Demander une capture d’écran", "Ask for a screenshot"),
        (
            "Bonjour {prenom},\n\nPourriez-vous nous envoyer une capture d’écran du message d’erreur, et nous dire à "
            "quelle heure il est apparu ? Vous pouvez la coller directement dans votre réponse.\n\nMerci,\n{agent}",
            "Hello {first_name},\n\nCould you send us a screenshot of the error message, and tell us at what time it "
            "appeared? You can paste it straight into your reply.\n\nThank you,\n{agent}",
        ),
    ),
    MacroPlan(
        ("Proposer un passage", "Offer a visit"),
        (
            "Bonjour {prenom},\n\nNous devons voir l’appareil sur place. Quel moment vous convient ? Indiquez-nous le "
            "local et, au besoin, qui pourra nous ouvrir.\n\n{agent}",
            "Hello {first_name},\n\nWe need to see the device on the spot. When would suit you? Please tell us the "
            "room and, if need be, who can let us in.\n\n{agent}",
        ),
    ),
    MacroPlan(
        ("Solution à confirmer", "Solution to confirm"),
        (
            "Bonjour {prenom},\n\nC’est réglé de notre côté et nous l’avons vérifié. Dites-nous si tout fonctionne "
            "aussi chez vous : sans nouvelles dans les cinq jours, le ticket {reference} se fermera.\n\n{agent}",
            "Hello {first_name},\n\nIt is solved on our side and we have checked it. Tell us whether it works for you "
            "too: without news within five days, ticket {reference} will close.\n\n{agent}",
        ),
    ),
    MacroPlan(
        ("Relance sans réponse", "Reminder"),
        (
            "Bonjour {prenom},\n\nIl nous manque votre réponse pour avancer sur « {titre} ». Avez-vous toujours besoin "
            "de notre aide ?\n\n{agent}",
            "Hello {first_name},\n\nWe need your answer to go on with “{title}”. Do you still need our help?\n\n"
            "{agent}",
        ),
    ),
    MacroPlan(
        ("Vérifications faites au N1", "What N1 checked"),
        (
            "Vérifié au téléphone : redémarrage, câbles, autre session, autre poste. Résultat :\n- \n\n"
            "Ce qui reste à faire :",
            "Checked on the telephone: restart, cables, another session, another computer. Result:\n- \n\nLeft to do:",
        ),
        kind="note",
    ),
)


def policies(*, s1_news: int) -> tuple[PolicyPlan, ...]:
    """Five policies; `s1_news` is the minutes between two pieces of news during a critical incident."""
    return (
        PolicyPlan(
            "S1",
            (
                "Tout de suite : une personne mène l’incident, la direction est prévenue, des nouvelles régulières.",
                "At once: one person leads, management is told, regular news.",
            ),
            10, s1_news, around_the_clock=True, telephone_too=True, tells_management=True,
        ),
        PolicyPlan(
            "S2",
            ("Au plus vite : appelez-nous aussi.", "As soon as we can: please call us as well."),
            30, 180, around_the_clock=True, telephone_too=True,
        ),
        PolicyPlan(
            "S3",
            ("Pendant les heures d’ouverture, le jour même.", "During opening hours, the same day."),
            240, 540,
        ),
        PolicyPlan(
            "S4",
            ("Dans la file, selon la disponibilité de l’équipe.", "In the queue, as the team becomes available."),
            540, 1440,
        ),
        PolicyPlan(
            "S5",
            ("Pris en note ; traité quand le temps le permet.", "Noted; treated as time permits."),
            1080, 3240,
        ),
    )  # fmt: skip
