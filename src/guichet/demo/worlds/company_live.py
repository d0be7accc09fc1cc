"""Stories of the service company that still go on."""
# fmt: off

from guichet.demo import cast
from guichet.demo.stage import Stage, Story


def imaging(s: Stage) -> Story:
    """A long conversation in English with a client's contact."""
    yield s.at(4, "9:05")
    t = s.open(
        "emily", "X-ray images take a minute to open in Verviers",
        "Since last week, each panoramic image takes about a minute to open in Verviers. Liège and Eupen are fine. "
        "Patients wait in the chair.",
        impact="department", urgency="hampered", category="dental", site="Clinique de Verviers",
        facts={"since": "Last week", "place": "Verviers, all four rooms", "environment": "DentaView 9, Windows 11"},
    )
    yield s.later(15)
    s.reply(t, "aurelie", "Good morning Emily, thank you. Is it slow all day, or at certain hours?")
    yield s.later(50)
    s.reply(t, "emily", "All day, but worst between 10 and 12. I asked Fabienne to time it: 58 seconds at 10:30, 20 at "
            "13:00.")
    s.hand(t, "aurelie", cast.SYSTEMS, "competence", note="Lent de 10 h à 12 h surtout. Verviers seulement, quatre "
           "salles.")
    yield s.later(70)
    s.take(t, "gregory")
    disk = s.suppose(t, "gregory", "Le disque du serveur d’images de Verviers est trop lent")
    s.reply(t, "gregory", "Hello Emily, I am measuring the image server in Verviers from here; nobody needs to stop "
            "working.")
    yield s.at(3, "11:10")
    s.judge(disk, "gregory", "rejected", "Lecture à 480 Mo/s pendant la lenteur.")
    s.note(t, "gregory", "Le lien Verviers–Liège est plein de 10 h à 12 h : une sauvegarde part en journée ?")
    s.hand(t, "gregory", cast.ENGINEERING, "specialist", note="Serveur hors de cause. Lien saturé de 10 h à 12 h.")
    yield s.later(100)
    s.take(t, "joke")
    backup = s.suppose(t, "joke", "La sauvegarde de Verviers passe en journée depuis le changement d’heure",
                       "Tâche planifiée à 02:00 UTC, décalée après un remplacement de pile.")
    s.reply(t, "joke", "We think a backup runs during the day and fills the line. I have limited its speed for now: "
            "could you time it again tomorrow at 10:30?")
    s.tried(t, "joke", "workaround", "Débit de la sauvegarde limité à 10 Mb/s.", on="Pare-feu de Verviers",
            hypothesis=backup)
    yield s.at(2, "10:50")
    s.reply(t, "emily", "12 seconds at 10:30. Much better, still not what it was (3 seconds).")
    yield s.at(1, "15:20")
    s.judge(backup, "joke", "confirmed", "Horloge de la sauvegarde décalée de huit heures.")
    s.tried(t, "joke", "fix", "Horloge remise à l’heure, sauvegarde de nuit à 1 h.", on="NAS de Verviers",
            hypothesis=backup)
    s.watch(t, "joke", "fabienne", "christine")
    yield s.at(0, "8:35")
    s.note(t, "joke", "La sauvegarde de cette nuit a fini à 3 h 12. Le correctif reste à confirmer avec la mesure de "
           "10 h 30.")
    s.promise(t, "joke", "We check with you the time at 10:30, on a day without backup", s.hence(days=1, clock="11:00"))


def eupen_phones(s: Stage) -> Story:
    """Waits for the provider."""
    yield s.at(2, "9:20")
    t = s.open("karin", "Les appels coupent après quinze minutes à Eupen",
               "Quand une patiente reste longtemps en ligne, l’appel coupe toujours au bout d’un quart d’heure.",
               impact="group", urgency="hampered", category="phone", channel="phone", by="loic")
    s.take(t, "loic")
    s.hand(t, "loic", cast.ARCHITECTURE, "provider", note="Coupure à 15 min pile : minuterie de session de l’opérateur "
           "?")
    yield s.later(60)
    s.take(t, "ruben")
    timer = s.suppose(t, "ruben", "Minuterie SIP de 900 secondes non renouvelée par le central")
    s.reply(t, "ruben", "Bonjour Madame Schröder, nous voyons la coupure dans nos traces. La correction est demandée "
            "chez nous, au central.")
    s.judge(timer, "ruben", "confirmed", "Trace : BYE envoyé à 900 s.")
    s.hold(t, "ruben", "provider", s.hence(days=2, clock="12:00"), note="Changement planifié au central de Fibrelux.")


def scanners(s: Stage) -> Story:
    """Waits for parts; routed by a rule of the client."""
    yield s.at(5, "8:15")
    t = s.open("jordan", "Trois lecteurs de codes-barres ne tiennent plus la charge",
               "Les lecteurs 4, 9 et 11 s’éteignent après une heure. On se les passe entre équipes.",
               impact="group", urgency="hampered", category="scanner", channel="onsite", by="naima", asset="LECT-04, "
               "09, 11")
    s.take(t, "naima")
    cells = s.suppose(t, "naima", "Batteries en fin de vie", "Quatre ans, 61 % de capacité restante.")
    s.judge(cells, "naima", "confirmed", "Le lecteur 4 tient huit heures avec la batterie du 2.")
    s.tried(t, "naima", "workaround", "Deux lecteurs de prêt laissés à l’entrepôt.", on="Entrepôt de Bastogne",
            test="Essayés par M. Thiry sur une palette.", worked=True)
    s.hold(t, "naima", "parts", s.hence(days=2, clock="9:00"), note="Trois batteries commandées, livraison annoncée.")
    s.tag(t, "naima", "déplacement")


def newcomer(s: Stage) -> Story:
    """Waits for an appointment."""
    yield s.at(3, "17:10")
    t = s.open("sophie", "Arrivée de Me Vinciane Delcourt",
               "Notre nouvelle collaboratrice commence bientôt. Elle fait le même travail que Valérie.",
               type="newcomer", urgency="none",
               answers={"who": "Vinciane Delcourt", "starts_on": s.hence(days=4).date().isoformat(),
                        "computer": "laptop", "like": "Valérie Noirhomme"})
    yield s.later(30)
    s.reply(t, "aurelie", "Bonsoir Maître, le compte et la messagerie sont créés. Il reste à remettre le portable en "
            "main propre à votre collaboratrice.")
    s.hold(t, "aurelie", "appointment", s.hence(days=4, clock="8:45"), note="Remise du portable et prise en main, 8 h "
           "45.")


def migration(s: Stage) -> Story:
    """Waits for a change to be put in place."""
    yield s.at(6, "10:30")
    t = s.open("souad", "Le logiciel comptable annonce un serveur non pris en charge",
               "Un bandeau rouge dit que notre serveur ne sera bientôt plus pris en charge. Que devons-nous faire ?",
               urgency="none", category="server", channel="mail")
    yield s.later(90)
    s.hand(t, "loic", cast.SYSTEMS, "rights", note="Serveur de 2016, à migrer. Bandeau de l’éditeur.")
    s.take(t, "malika")
    s.reply(t, "malika", "Bonjour Souad, rien d’urgent : la migration est prévue un samedi, pendant la fermeture.")
    s.hold(t, "malika", "change", s.hence(days=5, clock="8:00"), note="Migration planifiée un samedi.")


def mailbox(s: Stage) -> Story:
    """Ping-pong between the first line and the administrators."""
    yield s.at(3, "10:12")
    t = s.open("xavier", "Les offres des fournisseurs n’arrivent plus dans la boîte « Achats »",
               "Deux fournisseurs jurent avoir écrit hier ; la boîte « Achats » est vide. Les commandes se ferment à "
               "midi.",
               impact="group", urgency="blocked", category="mail", channel="mail")
    yield s.later(25)
    s.take(t, "loic")
    s.hand(t, "loic", cast.SYSTEMS, "rights", note="Boîte commune vide, règles de transport à voir.")
    yield s.later(60)
    s.take(t, "gregory")
    s.note(t, "gregory", "Rien de bloqué côté serveur : les messages sont livrés. Une règle d’Outlook les déplace ?")
    s.hand(t, "gregory", cast.RECEPTION, "competence", note="Livrés d’après les journaux. Regarder les règles des "
           "postes.")
    yield s.later(90)
    s.take(t, "aurelie")
    s.reply(t, "aurelie", "Bonjour Xavier, je passe en revue les règles d’Outlook avec vous cet après-midi.")
    rule = s.suppose(t, "aurelie", "Une règle personnelle range les messages ailleurs")
    yield s.at(2, "14:20")
    s.judge(rule, "aurelie", "rejected", "Aucune règle sur les trois postes.")
    s.hand(t, "aurelie", cast.SYSTEMS, "specialist", note="Aucune règle sur les postes. Voir la quarantaine du filtre "
           "externe.")
    yield s.at(1, "10:40")
    s.take(t, "malika")
    s.reply(t, "malika", "Vos deux messages étaient retenus par le filtre extérieur ; ils viennent d’être libérés. Je "
            "cherche pourquoi ils l’étaient.")
    s.suppose(t, "malika", "Le filtre ne connaît pas la nouvelle adresse du serveur des fournisseurs")
    s.promise(t, "malika", "Le filtre est corrigé et nous vérifions avec vos deux fournisseurs",
              s.hence(days=1, clock="11:30"))
    s.tag(t, "malika", "récurrent")


def second_site(s: Stage) -> Story:
    """At the architect's level."""
    yield s.at(5, "11:00")
    t = s.open("dominique", "Réseau du futur entrepôt de Libramont",
               "Nous ouvrons un second entrepôt au printemps. Que faut-il prévoir pour le réseau, et à quel prix ?",
               type="information", urgency="none", impact="everyone")
    yield s.later(60)
    s.hand(t, "aurelie", cast.ARCHITECTURE, "specialist", note="Avant-projet réseau pour un second entrepôt.")
    yield s.later(200)
    s.take(t, "benoit")
    s.reply(t, "benoit", "Bonjour Dominique, je vous propose une visite du bâtiment, puis une note de deux pages.")
    s.promise(t, "benoit", "Une note de deux pages, avec un ordre de prix", s.hence(days=4, clock="16:00"))


def closing_overdue(s: Stage) -> Story:
    """Overdue: a promise of this morning."""
    yield s.at(1, "15:40")
    t = s.open("souad", "Export de fin de mois refusé par la banque",
               "La banque refuse le fichier de paiements : « schéma non valide ». Les salaires partent cette semaine.",
               impact="group", urgency="blocked", category="business", channel="portal",
               facts={"error_message": "Invalid schema pain.001.001.03"})
    yield s.later(20)
    s.reply(t, "loic", "Bonjour Souad, je vois le message. La banque demande une version plus récente du format.")
    s.prioritise(t, "christine", 1, "Paie du client cette semaine.")
    s.promise(t, "loic", "Un fichier d’essai accepté par la banque", max(s.ago(minutes=50), s.after(20)))


def second_say(s: Stage) -> Story:
    """Resolved; the requester has the say."""
    yield s.at(1, "9:30")
    t = s.open("fabienne", "L’imprimante d’étiquettes décale tout d’un centimètre",
               "Les étiquettes des prothèses sortent décalées, le nom du patient est coupé.", impact="group",
               urgency="hampered", category="printing", asset="ETIQ-VERV-1", channel="social")
    yield s.later(30)
    s.take(t, "aurelie")
    fix = s.tried(t, "aurelie", "fix", "Hauteur d’étiquette corrigée à 29 mm dans le pilote.", on="ETIQ-VERV-1",
                  test="Dix étiquettes imprimées par Mme Minet, au téléphone.", worked=True)
    s.resolve(t, "aurelie", fix, "La hauteur d’étiquette était fausse depuis le nouveau rouleau. Dites-nous si c’est "
              "bon.")


def fresh(s: Stage) -> list[Story]:
    """What came in during the last hour."""

    def disk() -> Story:
        yield s.ago(minutes=34)
        s.open("malika", "Espace disque sous 10 % sur SRV-MARCHE-02", "La surveillance signale 9 % d’espace libre sur "
               "D:.",
               urgency="none", impact="department", category="server", channel="api", asset="SRV-MARCHE-02")

    def reader() -> Story:
        yield s.ago(minutes=19)
        s.open("emily", "Badge reader at the Eupen entrance stays red", "Two colleagues could not get in this morning.",
               impact="group", urgency="hampered", category="network", site="Clinique d’Eupen")

    def session() -> Story:
        yield s.ago(minutes=6)
        s.open("arnaud", "Session bloquée avant une signature", "Mon écran demande un code que je n’ai pas.",
               urgency="blocked", category="accounts")

    return [disk(), reader(), session()]


LIVE = (imaging, eupen_phones, scanners, newcomer, migration, mailbox, second_site, closing_overdue, second_say)
