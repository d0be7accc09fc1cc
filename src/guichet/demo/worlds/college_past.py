"""Stories of the college that have come to their end: told by hand, from the call to the requester's answer."""
# fmt: off

from guichet.demo import cast, props
from guichet.demo.stage import Stage, Story


def mail_outage(s: Stage) -> Story:
    """S1: management told at once, hypotheses rejected and confirmed, a workaround, then the fix."""
    yield s.at(8, "8:06")
    t = s.open(
        "ginette",
        "Plus aucun courriel n’entre ni ne sort au collège",
        "Mme Lafrenière appelle : Outlook affiche « Déconnecté » depuis 8 h, à la direction comme au registrariat. "
        "Les étudiants ne reçoivent plus rien non plus.",
        impact="everyone", urgency="stopped", by="nadia", channel="phone", category="mail",
        facts={
            "error_message": "Impossible de se connecter au serveur. Vérifiez votre connexion réseau.",
            "since": "Ce matin, 8 h",
            "place": "Tout le collège",
            "tried": "Redémarrage d’Outlook et du poste",
            "availability": "Au poste 0151 toute la matinée",
        },
    )
    s.take(t, "nadia")
    s.reply(t, "nadia", "Bonjour Mme Lafrenière, la panne touche tout le collège. L’équipe des serveurs est déjà sur "
            "le problème et la direction est avisée. Je vous donne des nouvelles à 8 h 30 au plus tard.",
            channel="phone")
    s.note(t, "nadia", "Cinq appels en quatre minutes : direction, registrariat, paie, soins infirmiers, un étudiant. "
           "Le Wi-Fi et le portail fonctionnent.")
    s.hand(t, "nadia", cast.PRINCIPAL, "specialist", to="priya",
           note="Messagerie en panne pour tous. Ce n’est pas le réseau : le portail répond. À mener en incident "
           "majeur.")
    yield s.after(3)
    s.take(t, "priya")
    s.prioritise(t, "helene", 1, "Panne générale en pleine période d’inscription.")
    s.watch(t, "helene", "bernard", "helene", "catherine")
    certificate = s.suppose(t, "priya", "Le certificat du répartiteur de charge est échu",
                            "Un certificat expirait ce mois-ci d’après le calendrier.")
    disk = s.suppose(t, "priya", "Le disque des journaux du serveur de messagerie est plein")
    yield s.after(7)
    s.judge(certificate, "priya", "rejected", "openssl s_client : valide encore 41 jours, chaîne complète.")
    s.reply(t, "priya", "Nous avons écarté une première cause et vérifions le stockage du serveur. Prochaines "
            "nouvelles à 9 h. En attendant, le téléphone et le portail pédagogique fonctionnent.")
    yield s.after(11)
    s.judge(disk, "priya", "confirmed", "Volume L: à 0 octet libre ; les files d’attente se sont arrêtées à 7 h 58.")
    s.note(t, "etienne", "Côté réseau, rien à signaler : latence et pare-feu normaux depuis minuit.",
           uploads=[props.log("file-attente.txt", "07:58:12 transport: insufficient resources (disk L: 0 B free)\n"
                              "07:58:12 transport: back pressure = high, new submissions rejected\n")])
    detour = s.tried(t, "priya", "workaround", "Bascule du courrier sur le serveur de relève, le temps de libérer "
                     "l’espace.", on="SRV-COURRIEL-02", hypothesis=disk)
    yield s.after(14)
    s.tested(detour, "priya", "Envoi et réception d’un message, à l’interne et de l’extérieur.", worked=True)
    s.reply(t, "priya", "Le courriel fonctionne de nouveau, par un serveur de relève. Les messages de ce matin "
            "arrivent peu à peu ; aucun n’est perdu. Nous corrigeons maintenant la cause.")
    s.promise(t, "priya", "Le serveur principal reprend le courrier et nous vérifions tout", s.after(120))
    yield s.after(64)
    fix = s.tried(t, "priya", "fix", "Journaux purgés et déplacés sur un volume de 500 Go, purge automatique chaque "
                  "nuit, alerte à 80 % d’occupation. Essayé d’abord sur le serveur de test.",
                  on="SRV-COURRIEL-TEST, puis SRV-COURRIEL-01", hypothesis=disk,
                  test="Charge de 2 000 messages en test, puis deux heures de trafic réel sans file d’attente.",
                  worked=True)
    s.resolve(t, "priya", fix, "Tout est revenu à la normale sur le serveur principal. La cause : un disque plein ; il "
              "est maintenant surveillé et vidé chaque nuit. Merci de votre patience.")
    s.tag(t, "helene", "à documenter")
    yield s.after(26)
    s.confirm(t, "ginette", 5, "On nous a tenus au courant du début à la fin. Merci !")


def printer(s: Stage) -> Story:
    """S3: what N1 tried by telephone, a technician on the spot, a part to wait for."""
    yield s.at(15, "8:47")
    t = s.open(
        "lucie",
        "L’imprimante du secrétariat fait des plis et s’arrête",
        "Depuis hier, l’imprimante du R-108 froisse les feuilles puis s’arrête avec un voyant orange. Nous sommes "
        "trois à nous en servir et les plans de cours doivent partir cette semaine.",
        impact="group", urgency="blocked", category="printing", asset="IMP-R108", channel="mail",
        facts={"error_message": "Bourrage papier, code 13.20", "since": "Hier après-midi", "place": "R-108",
               "steps": "Imprimer n’importe quel document de plus d’une page"},
        uploads=[props.screenshot("message-imprimante.png")],
    )
    yield s.later(25)
    s.reply(t, "felix", "Bonjour Mme Arsenault, pourriez-vous ouvrir le capot arrière, retirer tout morceau de papier, "
            "puis essayer le bac 2 ? En attendant, l’imprimante du R-112 est accessible à votre groupe.")
    yield s.later(40)
    s.reply(t, "lucie", "J’ai fait tout cela. Le bac 2 plisse aussi. Pour l’autre imprimante, c’est bien, merci.")
    tray = s.suppose(t, "felix", "Les rouleaux d’entraînement du bac 1 sont usés")
    s.judge(tray, "felix", "rejected", "Le bac 2 fait la même chose.")
    s.tried(t, "felix", "workaround", "Impression dirigée vers l’imprimante du R-112.", on="Groupe Secrétariat",
            test="Mme Arsenault a imprimé son plan de cours.", worked=True)
    s.hand(t, "felix", cast.FIELD, "presence", note="Plis des deux bacs : probablement l’unité de fusion. À voir sur "
           "place.")
    yield s.later(55)
    s.take(t, "karim")
    fuser = s.suppose(t, "karim", "L’unité de fusion est au bout de sa vie")
    s.reply(t, "karim", "Je passe vous voir au R-108 cet après-midi vers 13 h 30.")
    yield s.later(120)
    s.judge(fuser, "karim", "confirmed", "Compteur à 231 000 pages, film de fusion déchiré.")
    s.hold(t, "karim", "parts", s.at(11, "10:00"), note="Unité de fusion commandée, livraison dans trois jours "
           "ouvrables.")
    yield s.at(11, "10:20")
    s.wake(t, "karim")
    fix = s.tried(t, "karim", "fix", "Unité de fusion et rouleaux remplacés, compteur remis à zéro.", on="IMP-R108",
                  hypothesis=fuser, test="Cent pages recto verso des deux bacs, sans un pli.", worked=True)
    s.resolve(t, "karim", fix, "L’imprimante est réparée : la pièce qui chauffe le papier a été remplacée. "
              "Vous pouvez reprendre vos impressions au R-108.")
    yield s.later(75)
    s.confirm(t, "lucie", 5, "Karim a pris le temps de m’expliquer. Très aimable.")


def projector(s: Stage) -> Story:
    """S2: a class stands waiting; presence, a projector on loan as workaround, then the fix."""
    yield s.at(4, "9:52")
    t = s.open(
        "paul-emile",
        "Le projecteur du R-117 ne s’allume pas, cours à 10 h",
        "M. Thibodeau-Larochelle appelle de la salle : le projecteur reste noir, le voyant clignote rouge. "
        "Trente-deux étudiants attendent et toute la matière est sur ses diapositives.",
        impact="group", urgency="stopped", by="felix", channel="phone", category="projector", asset="PROJ-R117",
        facts={"place": "R-117", "since": "À l’instant", "tried": "Bouton de la télécommande et bouton du mur"},
    )
    s.take(t, "felix")
    s.tried(t, "felix", "fix", "Débranché le projecteur deux minutes, au téléphone avec l’enseignant.", on="PROJ-R117",
            test="Le voyant clignote encore rouge au rallumage.", worked=False)
    s.hand(t, "felix", cast.FIELD, "presence", to="jolaine",
           note="Classe en attente. Apporter un projecteur de prêt : celui-ci semble avoir lâché.")
    s.reply(t, "jolaine", "Je pars avec un projecteur portatif, je suis là dans cinq minutes.", channel="phone")
    yield s.after(11)
    s.tried(t, "jolaine", "workaround", "Projecteur portatif branché sur le poste de la salle.", on="R-117",
            test="L’enseignant a projeté ses diapositives, son compris.", worked=True)
    lamp = s.suppose(t, "jolaine", "La lampe est morte", "Voyant rouge, trois clignotements ; 4 100 heures au "
                     "compteur.")
    s.promise(t, "jolaine", "Nous remplaçons la lampe dès que la salle est libre", s.at(4, "14:30"))
    yield s.at(4, "13:10")
    s.judge(lamp, "jolaine", "confirmed", "Filament rompu, visible à l’œil nu.")
    fix = s.tried(t, "jolaine", "fix", "Lampe remplacée, filtre dépoussiéré.", on="PROJ-R117", hypothesis=lamp,
                  test="Vingt minutes d’image sans alerte, compteur remis à zéro.", worked=True)
    s.resolve(t, "jolaine", fix, "Le projecteur du R-117 a une lampe neuve. J’ai repris le projecteur de prêt.")
    s.tag(t, "jolaine", "salle de classe")
    yield s.later(60)
    s.confirm(t, "paul-emile", 5, "Cours sauvé. Bravo !")


def slow_laboratory(s: Stage) -> Story:
    """A solution refused, then a second attempt on another hypothesis."""
    yield s.at(13, "10:31")
    t = s.open(
        "jean-francois",
        "Postes du laboratoire de physique S-204 très lents",
        "Depuis deux semaines, les douze postes du S-204 mettent de huit à dix minutes à ouvrir une session. Les "
        "étudiants perdent un quart d’heure de laboratoire.",
        impact="group", urgency="hampered", category="slow", asset="POSTE-S204-01 à 12",
        facts={"since": "Environ deux semaines", "environment": "Windows 11, LoggerPro 3.16", "place": "S-204"},
    )
    yield s.later(70)
    s.reply(t, "marie-eve", "Bonjour, merci pour la précision. Est-ce aussi lent si vous ouvrez une session tout de "
            "suite après une autre, sur le même poste ?")
    yield s.later(95)
    s.reply(t, "jean-francois", "Oui, et c’est pire quand toute la classe se connecte en même temps.")
    s.hand(t, "marie-eve", cast.FIELD, "competence", note="Lenteur à l’ouverture de session, pire à douze. Profils ?")
    yield s.later(130)
    s.take(t, "karim")
    profiles = s.suppose(t, "karim", "Les profils itinérants sont devenus trop lourds",
                         "Le profil type pèse 2,1 Go, surtout des caches de navigateur.")
    first = s.tried(t, "karim", "fix", "Caches exclus du profil itinérant.", on="Stratégie de groupe, postes S-204",
                    hypothesis=profiles, test="Session ouverte en 50 secondes sur un poste.", worked=True)
    s.resolve(t, "karim", first, "Les sessions s’ouvrent maintenant en moins d’une minute. Dites-nous si c’est bon en "
              "classe.")
    yield s.at(9, "11:40")
    s.refuse(t, "jean-francois", "Seul, oui. Avec le groupe de ce matin, c’était encore six minutes sur huit des douze "
             "postes.")
    yield s.later(35)
    s.judge(profiles, "karim", "rejected", "Un poste seul va vite ; le groupe reste lent. La cause est ailleurs.")
    switch = s.suppose(t, "karim", "Le commutateur du local est bridé à 100 Mb/s")
    s.hand(t, "karim", cast.PRINCIPAL, "rights", to="etienne",
           note="Besoin d’accès au commutateur SW-S2-04. Les profils ne sont pas en cause, voir la première tentative.")
    yield s.later(80)
    s.take(t, "etienne")
    s.judge(switch, "etienne", "confirmed", "Le lien montant négocie à 100 Mb/s depuis la panne de courant.")
    second = s.tried(t, "etienne", "fix", "Câble du lien montant remplacé, négociation forcée à 1 Gb/s.", on="SW-S2-04",
                     hypothesis=switch)
    yield s.at(8, "9:55")
    s.tested(second, "etienne", "Douze sessions ouvertes ensemble : 48 secondes la plus lente.", worked=True)
    s.resolve(t, "etienne", second, "C’était un câble entre votre local et le reste du réseau : il ne laissait passer "
              "qu’un dixième du débit. Nous avons mesuré les douze postes ensemble ce matin.")
    yield s.later(240)
    s.confirm(t, "jean-francois", 4, "Réglé. Dommage qu’il ait fallu s’y reprendre à deux fois.")


def lost_password(s: Stage) -> Story:
    """An unhappy requester: too many steps for a small thing."""
    yield s.at(17, "15:58")
    t = s.open(
        "tomasz",
        "Je ne peux plus me connecter depuis le changement de mot de passe",
        "J’ai changé mon mot de passe comme demandé et, depuis, plus rien ne l’accepte : ni le portail ni le courriel.",
        urgency="stopped", category="password", channel="portal",
    )
    yield s.later(190)
    s.reply(t, "felix", "Bonjour, avez-vous essayé l’ancien mot de passe ?")
    s.hold(t, "felix", "requester", s.at(15, "9:00"))
    yield s.at(16, "13:20")
    s.reply(t, "tomasz", "Évidemment. Je donne un cours dans une heure et j’attends depuis hier.")
    s.hand(t, "felix", cast.PRINCIPAL, "rights", note="Compte désynchronisé entre l’annuaire et le portail.")
    yield s.later(45)
    s.take(t, "priya")
    cause = s.suppose(t, "priya", "La synchronisation de l’annuaire a sauté ce compte", "Erreur sur le caractère ś du "
                      "nom.")
    fix = s.tried(t, "priya", "fix", "Attribut corrigé et synchronisation relancée.", on="Annuaire", hypothesis=cause,
                  test="M. Wiśniewski s’est connecté au portail et au courriel, au téléphone avec moi.", worked=True)
    s.judge(cause, "priya", "confirmed", "Une seule autre personne était touchée ; corrigée aussi.")
    s.resolve(t, "priya", fix, "Votre compte est réparé. La synchronisation butait sur une lettre de votre nom : "
              "elle ne le fera plus.")
    yield s.later(30)
    s.confirm(t, "tomasz", 1, "Presque une journée sans accès, et une première réponse qui montrait qu’on ne m’avait "
              "pas lu.")


def late_telephone(s: Stage) -> Story:
    """From N1 to N3, then to the provider; reopened once."""
    yield s.at(18, "10:14")
    t = s.open(
        "nathalie",
        "Mon poste téléphonique redémarre en plein appel",
        "Depuis deux jours, mon téléphone redémarre deux ou trois fois par jour, parfois au milieu d’un appel.",
        urgency="blocked", category="phone", asset="TEL-0157", channel="remote", by="nadia",
        facts={"since": "Deux jours", "place": "R-131", "tried": "Autre prise, autre câble"},
    )
    s.take(t, "nadia")
    s.reply(t, "nadia", "J’ai regardé avec vous à distance : le téléphone est à jour. Je passe le relais à notre "
            "spécialiste de la téléphonie.", channel="remote")
    s.hand(t, "nadia", cast.PRINCIPAL, "time", to="sylvain",
           note="Vingt minutes passées, limite atteinte. Déjà essayé : autre prise, autre câble, mise à jour.")
    yield s.later(65)
    power = s.suppose(t, "sylvain", "L’alimentation par le réseau est insuffisante au R-131")
    s.reply(t, "sylvain", "Je mesure l’alimentation de votre prise ; le téléphone la reçoit par le câble réseau.")
    yield s.later(50)
    s.judge(power, "sylvain", "rejected", "15,4 W disponibles, 6 W consommés.")
    bug = s.suppose(t, "sylvain", "Défaut du micrologiciel 4.2 du modèle T46")
    s.hand(t, "sylvain", cast.ANALYSTS, "provider", note="À soumettre au fournisseur : journaux joints au dossier "
           "88-1204.")
    s.take(t, "genevieve")
    s.hold(t, "genevieve", "provider", s.at(14, "12:00"), note="Dossier 88-1204 ouvert chez le fournisseur.")
    yield s.at(14, "13:05")
    s.wake(t, "genevieve")
    s.judge(bug, "genevieve", "confirmed", "Le fournisseur le reconnaît ; corrigé en version 4.2.3.")
    fix = s.tried(t, "genevieve", "fix", "Micrologiciel 4.2.3 installé.", on="TEL-0157", hypothesis=bug,
                  test="Deux heures d’appels d’essai sans redémarrage.", worked=True)
    s.resolve(t, "genevieve", fix, "Le défaut venait du logiciel du téléphone. La version corrigée est installée.")
    yield s.later(60)
    s.confirm(t, "nathalie", 4)
    yield s.at(9, "9:20")
    s.reopen(t, "nathalie", "Il vient de redémarrer deux fois ce matin. C’est reparti comme avant.")
    yield s.later(40)
    s.reply(t, "sylvain", "Bonjour, je reprends le dossier moi-même et je remplace l’appareil aujourd’hui.")
    s.hand(t, "sylvain", cast.PRINCIPAL, "competence", to="sylvain", note="Reprise : appareil à remplacer.")
    other = s.tried(t, "sylvain", "fix", "Téléphone remplacé par un T46 neuf, version 4.2.3.", on="TEL-0157",
                    test="Trois jours sans redémarrage.", worked=True)
    yield s.at(6, "9:45")
    s.resolve(t, "sylvain", other, "Trois jours sans redémarrage avec l’appareil neuf : l’ancien avait un second "
              "défaut.")
    yield s.later(30)
    s.confirm(t, "nathalie", 4, "Merci d’être passé en personne.")


def loan_cancelled(s: Stage) -> Story:
    """Cancelled by the requester."""
    yield s.at(7, "11:05")
    t = s.open(
        "raphael",
        "Prêt d’une caméra pour le tournoi",
        "Il nous faudrait une caméra et un trépied pour filmer le tournoi de volleyball.",
        type="loan", urgency="none",
        answers={"what": "Caméra et trépied", "from": s.hence(days=1).date().isoformat(),
                 "to": s.hence(days=2).date().isoformat()},
    )
    yield s.later(45)
    s.reply(t, "maxime", "Bonjour Raphaël, la caméra est réservée à votre nom. Vous pourrez la prendre la veille, dès "
            "8 h.")
    yield s.later(200)
    s.cancel(t, "raphael", "Le tournoi est reporté d’un mois. Je referai une demande. Merci !")


def lost_session(s: Stage) -> Story:
    """Ends without a solution, for a stated reason; closed by the product."""
    yield s.at(16, "14:22")
    t = s.open("mohamed-amine", "L’examen en ligne s’est fermé tout seul",
               "Pendant l’examen de comptabilité, la page s’est fermée et j’ai perdu deux réponses. C’est arrivé une "
               "fois.",
               urgency="hampered", category="portal", channel="knowledge")
    yield s.later(35)
    s.reply(t, "nadia", "Bonjour, je suis désolée pour ce contretemps. Quel navigateur utilisiez-vous ? "
            "J’avise aussi votre enseignante que l’incident est enregistré.")
    s.hold(t, "nadia", "requester", s.at(14, "14:00"))
    yield s.at(14, "14:03")
    s.wake(t)
    session = s.suppose(t, "nadia", "La session a expiré pendant l’examen")
    s.judge(session, "nadia", "rejected", "Les journaux montrent une activité continue.")
    s.reply(t, "nadia", "Nous avons rejoué l’examen trois fois, sur deux navigateurs, sans reproduire la fermeture.")
    s.resolve(t, "nadia", None, reason="unreproducible", body="Nous ne retrouvons pas la panne et personne d’autre ne "
              "l’a signalée. Si elle revient, notez l’heure exacte et répondez ici : le ticket se rouvrira.")
    yield s.after(5 * 24 * 60 + 3)
    s.close(t)


def ransom_warning(s: Stage) -> Story:
    """Security, routed by keyword to N3; severity raised by hand, with its reason."""
    yield s.at(10, "13:37")
    t = s.open("alexandre", "Hameçonnage au nom du registrariat, plusieurs étudiants ont cliqué",
               "Un courriel d’hameçonnage imite le registrariat et demande de « valider son DA ». Trois étudiants de "
               "mon groupe ont saisi leur mot de passe. Je joins les en-têtes.",
               impact="group", urgency="blocked", category="security", channel="chat",
               uploads=[props.log("en-tetes.txt", "Received: from mail.registraire-pins.example (203.0.113.44)\n"
                                  "Return-Path: <support@registraire-pins.example>\nSubject: Validez votre DA\n")])
    yield s.after(6)
    s.take(t, "priya")
    s.override(t, "priya", "S1", "Mots de passe divulgués et envoi à 4 000 étudiants : la matrice ne le voit pas.")
    s.reply(t, "priya", "Merci d’avoir prévenu si vite. Les trois comptes sont bloqués le temps de changer les mots de "
            "passe et nous retirons le message de toutes les boîtes.", channel="chat")
    spread = s.suppose(t, "priya", "D’autres comptes que les trois ont été pris")
    s.tried(t, "priya", "workaround", "Adresse et lien bloqués au pare-feu et à la passerelle de courriel.",
            on="Passerelle et pare-feu", test="Clic d’essai : page bloquée.", worked=True)
    yield s.after(48)
    s.judge(spread, "priya", "confirmed", "Deux autres connexions depuis l’adresse 203.0.113.44 ; comptes bloqués.")
    fix = s.tried(t, "priya", "fix", "Message retiré de 3 914 boîtes, cinq mots de passe changés, double validation "
                  "imposée au portail.", on="Messagerie et annuaire", hypothesis=spread,
                  test="Aucune connexion suspecte en vingt-quatre heures.", worked=True)
    s.escalate(t, "helene", "Avis envoyé à la direction et au responsable des renseignements personnels.")
    yield s.at(9, "14:10")
    s.resolve(t, "priya", fix, "Cinq comptes étaient touchés, tous sont repris. Le message a été retiré partout.")
    s.tag(t, "priya", "à documenter")
    yield s.later(45)
    s.confirm(t, "alexandre", 5, "Réaction exemplaire.")


PAST = (mail_outage, printer, projector, slow_laboratory, lost_password, late_telephone, loan_cancelled, lost_session,
        ransom_warning)
