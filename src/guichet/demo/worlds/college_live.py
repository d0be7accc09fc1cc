"""Stories of the college that still go on: each stands where one would find it on an ordinary day."""
# fmt: off

from guichet.demo import cast, props
from guichet.demo.stage import Stage, Story


def library_wifi(s: Stage) -> Story:
    """Ping-pong between two teams; a third hypothesis is being looked at."""
    yield s.at(7, "9:40")
    t = s.open(
        "marguerite", "Le Wi-Fi tombe à la bibliothèque chaque après-midi",
        "Vers 14 h, tous les postes et téléphones perdent le Wi-Fi une dizaine de minutes, surtout près des fenêtres. "
        "Les étudiants se plaignent au comptoir.",
        impact="department", urgency="hampered", category="wifi",
        facts={"place": "Bibliothèque, 2e étage", "since": "Lundi dernier", "steps": "Être connecté vers 14 h"},
    )
    yield s.later(50)
    s.reply(t, "nadia", "Merci pour ces précisions. Un technicien ira mesurer le signal cet après-midi, à l’heure "
            "dite.")
    s.hand(t, "nadia", cast.FIELD, "presence", note="Mesurer le signal vers 14 h, côté fenêtres.")
    yield s.at(7, "14:20")
    s.take(t, "karim")
    power = s.suppose(t, "karim", "Une borne manque de puissance près des fenêtres")
    s.judge(power, "karim", "rejected", "Signal de −58 dBm partout, même pendant la coupure.")
    s.hand(t, "karim", cast.PRINCIPAL, "specialist", note="Le signal est bon pendant la coupure. À voir côté "
           "contrôleur.")
    yield s.at(6, "10:15")
    s.take(t, "etienne")
    radar = s.suppose(t, "etienne", "Les bornes changent de canal à cause d’un radar (DFS)")
    s.judge(radar, "etienne", "rejected", "Aucun événement DFS dans les journaux de la semaine.")
    s.hand(t, "etienne", cast.FIELD, "presence", note="Rien dans les journaux. Vérifier l’alimentation de la borne "
           "B-2-07.")
    yield s.at(4, "13:50")
    s.take(t, "jolaine")
    s.note(t, "jolaine", "Borne B-2-07 bien alimentée. La coupure a eu lieu à 14 h 03 devant moi : "
           "**tous** les appareils demandent une adresse en même temps.")
    s.hand(t, "jolaine", cast.PRINCIPAL, "specialist", note="Adresses : la plage semble épuisée à 14 h. Voir ma note.")
    yield s.at(2, "9:30")
    s.take(t, "etienne")
    pool = s.suppose(t, "etienne", "La plage d’adresses de la bibliothèque est épuisée quand les cours de 13 h "
                     "finissent",
                     "254 adresses, bail de huit heures ; 240 baux actifs à 13 h 55 hier.")
    s.tried(t, "etienne", "workaround", "Bail ramené de huit heures à une heure.", on="DHCP, plage Bibliothèque",
            hypothesis=pool)
    s.tag(t, "etienne", "récurrent")
    s.reply(t, "etienne", "Nous pensons avoir trouvé : il n’y avait plus assez d’adresses à distribuer quand les cours "
            "finissent. Un premier réglage est en place ; dites-nous ce que vous voyez à 14 h.")
    yield s.at(1, "15:10")
    s.reply(t, "marguerite", "Hier, une seule petite coupure de deux minutes. C’est beaucoup mieux, mais pas parfait.")
    yield s.at(0, "8:50")
    s.watch(t, "etienne", "amelie", "bernard")
    s.promise(t, "etienne", "La plage d’adresses est doublée et nous mesurons à 14 h", s.hence(days=1, clock="14:30"))


def english_teacher(s: Stage) -> Story:
    """A long conversation in English, with internal notes in French."""
    yield s.at(5, "8:10")
    t = s.open(
        "rachel", "Students cannot hear the audio in the online listening test",
        "In my 10 a.m. group, about half of the students hear nothing in the listening test on the teaching portal. "
        "The video plays, the sound does not. The next test is in a week.",
        impact="group", urgency="blocked", category="portal", channel="portal",
        facts={"since": "This week", "place": "R-310 language lab", "environment": "Windows 11, Firefox",
               "tried": "Other headsets", "availability": "Weekdays before 9:30"},
    )
    yield s.later(30)
    s.reply(t, "felix", "Good morning Rachel, thank you for the details. Is it the same computers each time, or the "
            "same students?")
    yield s.later(25)
    s.reply(t, "rachel", "The same computers, I think: the two rows by the window.")
    s.note(t, "felix", "Rangées 1 et 2 : ce sont les douze postes réinstallés cet été. À comparer avec les autres.")
    yield s.later(120)
    s.tried(t, "felix", "fix", "Autorisé la lecture automatique du son dans Firefox.", on="Poste R310-04",
            test="Écouté l’extrait du test avec un compte d’essai : toujours muet.", worked=False)
    s.hand(t, "felix", cast.FIELD, "competence", note="Son muet dans Firefox seulement, postes réinstallés cet été.")
    yield s.at(4, "8:20")
    s.take(t, "karim")
    codec = s.suppose(t, "karim", "Un codec audio manque dans l’image des postes réinstallés",
                      "Le même extrait joue dans Edge sur le poste 04.")
    s.reply(t, "karim", "Hello Rachel, I can hear the audio in Edge but not in Firefox on those computers. Could the "
            "students use Edge for the time being? A shortcut is now on the desktop.")
    s.tried(t, "karim", "workaround", "Raccourci vers le test dans Edge.", on="R-310, rangées 1 et 2",
            test="Deux extraits écoutés sur trois postes.", worked=True)
    yield s.later(45)
    s.reply(t, "rachel", "Edge works, thank you! It would still be good to have Firefox back: the dictation tool only "
            "exists there.")
    yield s.at(3, "14:15")
    s.judge(codec, "karim", "confirmed", "Le paquet multimédia n’est pas dans l’image de juillet.")
    s.note(t, "karim", "Image à corriger avec Priya ; essai prévu sur un seul poste avant les douze.")
    s.reply(t, "karim", "We have found the cause: a sound component is missing on the reinstalled computers. I will "
            "try the correction on one of them first.")
    yield s.at(1, "16:05")
    fix = s.tried(t, "karim", "fix", "Paquet multimédia installé.", on="Poste R310-04 (essai)", hypothesis=codec)
    s.promise(t, "karim", "Trial on computer R310-04, then on the eleven others", s.hence(days=1, clock="9:30"))
    yield s.at(0, "8:40")
    s.tested(fix, "karim", "Cinq extraits et la dictée dans Firefox, avec deux casques.", worked=True)
    s.reply(t, "karim", "It works on the first computer, dictation included. I am installing it on the eleven others "
            "when the room is free.")
    yield s.at(0, "9:05")
    s.reply(t, "rachel", "Wonderful, thank you Karim. The room is free from noon.")


def resolved_folder(s: Stage) -> Story:
    """Reopened once; the second solution now waits for the requester's say."""
    yield s.at(9, "11:20")
    t = s.open("kateri", "Accès perdu au dossier partagé « Vie étudiante »",
               "Depuis hier, le dossier « Vie étudiante » me refuse l’accès. Ma collègue y entre sans problème.",
               urgency="blocked", category="rights", facts={"error_message": "Vous n’avez pas l’autorisation."})
    yield s.later(40)
    s.take(t, "marie-eve")
    first = s.tried(t, "marie-eve", "fix", "Remise dans le groupe GRP-VIE-ETUDIANTE.", on="Annuaire",
                    test="Mme Awashish a ouvert le dossier, au téléphone.", worked=True)
    s.resolve(t, "marie-eve", first, "Votre accès est rétabli : votre compte était sorti du groupe.")
    yield s.later(20)
    s.confirm(t, "kateri", 5)
    yield s.at(2, "8:35")
    s.reopen(t, "kateri", "Bonjour, c’est encore fermé ce matin ! Le groupe semble se vider tout seul.")
    yield s.later(25)
    s.hand(t, "marie-eve", cast.PRINCIPAL, "rights", to="priya", note="Le groupe se vide : une synchronisation "
           "l’écrase ?")
    yield s.later(60)
    s.take(t, "priya")
    paie = s.suppose(t, "priya", "La synchronisation avec la paie retire les contrats à temps partiel",
                     "Trois personnes à temps partiel ont perdu leurs groupes la même nuit.")
    s.judge(paie, "priya", "confirmed", "Filtre « temps plein » ajouté le mois dernier dans la tâche de nuit.")
    fix = s.tried(t, "priya", "fix", "Filtre retiré, les trois personnes remises dans leurs groupes.", on="Tâche de "
                  "nuit",
                  hypothesis=paie, test="Synchronisation rejouée en test : aucun groupe ne se vide.", worked=True)
    yield s.at(1, "9:10")
    s.resolve(t, "priya", fix, "La nuit s’est bien passée : votre accès a tenu. La cause était un filtre dans la "
              "synchronisation avec la paie. Dites-nous si c’est bon pour vous.")


def grades(s: Stage) -> Story:
    """Routed to the analyst by a rule; the provider works on it, and we wait."""
    yield s.at(3, "10:05")
    t = s.open(
        "catherine", "Les notes finales s’arrondissent mal dans le portail",
        "Une note de 59,5 devient 59 au bulletin au lieu de 60. Nous en avons vu onze dans trois groupes ; la remise "
        "des notes approche.",
        impact="department", urgency="blocked", category="grades",
        facts={"since": "Mise à jour de la fin de semaine", "steps": "Saisir 59,5 puis afficher le bulletin"},
        uploads=[props.screenshot("bulletin-arrondi.png", lines=(170, 120, 60))],
    )
    yield s.after(20)
    s.take(t, "genevieve")
    s.reply(t, "genevieve", "Bonjour Catherine, je reproduis l’erreur. J’avise l’éditeur à l’instant. D’ici là, ne "
            "publiez pas les bulletins des groupes touchés.")
    rounding = s.suppose(t, "genevieve", "La version 7.3 tronque au lieu d’arrondir",
                         "59,5 donne 59 et 60,9 donne 60 ; dans l’ancienne version, 59,5 donnait 60.")
    s.tried(t, "genevieve", "workaround", "Notes arrondies à la main à la saisie, pour les onze cas.", on="Portail",
            test="Les onze bulletins affichent 60.", worked=True)
    yield s.later(50)
    s.assign(t, "genevieve", "anouk")
    yield s.later(120)
    s.note(t, "anouk", "Reproduit chez nous en 7.3.0. Correctif prévu en 7.3.1, à l’essai sur votre plateforme de "
           "test.")
    s.judge(rounding, "anouk", "confirmed", "Changement de bibliothèque de calcul entre 7.2 et 7.3.")
    s.watch(t, "genevieve", "bernard")
    yield s.at(1, "11:30")
    s.hold(t, "genevieve", "provider", s.hence(days=2, clock="10:00"), note="Correctif 7.3.1 promis par Pédanova.")


def philosophy(s: Stage) -> Story:
    """Waits for the requester."""
    yield s.at(2, "14:48")
    t = s.open("paul-emile", "Mes documents ont disparu du bureau",
               "Ce matin, mon bureau est vide. Tous mes cours d’histoire étaient là.", urgency="blocked",
               category="slow",
               channel="phone", by="felix", facts={"place": "R-226"})
    s.take(t, "felix")
    s.reply(t, "felix", "J’ai vérifié avec vous : vos fichiers sont bien sur le serveur. Pourriez-vous rouvrir votre "
            "session au bureau, puis me dire si le nuage bleu apparaît près de l’heure ? Je garde votre ticket ouvert.",
            channel="phone")
    s.hold(t, "felix", "requester", s.hence(days=1, clock="15:00"), note="Rouvrir la session et regarder le nuage "
           "bleu.")


def carving(s: Stage) -> Story:
    """Waits for parts."""
    yield s.at(5, "10:20")
    t = s.open("johanne", "L’ordinateur de la machine à sculpter ne démarre plus",
               "Écran noir et trois bips. Sans lui, l’atelier ne peut pas tailler les pièces de fin d’études.",
               impact="group", urgency="blocked", category="hardware", asset="POSTE-M012-CNC", channel="onsite",
               by="karim",
               facts={"place": "Atelier M-012", "availability": "Pause à 10 h"})
    s.take(t, "karim")
    ram = s.suppose(t, "karim", "Barrette de mémoire défectueuse", "Trois bips longs : mémoire, d’après le manuel.")
    yield s.later(30)
    s.judge(ram, "karim", "rejected", "Même panne avec une barrette saine.")
    board = s.suppose(t, "karim", "Carte mère touchée par la poussière de bois")
    s.judge(board, "karim", "confirmed", "Trace de court-circuit près du ventilateur.")
    s.tried(t, "karim", "workaround", "Poste de prêt avec le logiciel de coupe, licence déplacée.", on="POSTE-PRET-07",
            test="Une pièce d’essai taillée avec Mme Bélanger-Nault.", worked=True)
    s.reply(t, "karim", "Un poste de prêt est branché à la machine, vous pouvez tailler. La carte mère est commandée.")
    s.hold(t, "karim", "parts", s.hence(days=3, clock="10:00"), note="Carte mère commandée, délai d’une semaine.")


def mannequins(s: Stage) -> Story:
    """Waits for an appointment."""
    yield s.at(3, "15:12")
    t = s.open("isabelle", "Le mannequin de soins ne se connecte plus à la tablette",
               "La tablette ne trouve plus le mannequin depuis le changement de Wi-Fi. Les simulations reprennent "
               "bientôt.",
               impact="group", urgency="hampered", category="network", channel="mail", facts={"place": "S-118"})
    yield s.later(60)
    s.reply(t, "marie-eve", "Bonjour Isabelle, il faut déclarer le mannequin sur le nouveau réseau, sur place.")
    s.hand(t, "marie-eve", cast.FIELD, "presence", note="À déclarer sur le réseau « Appareils », avec la tablette.")
    yield s.later(90)
    s.take(t, "karim")
    s.hold(t, "karim", "appointment", s.hence(days=2, clock="13:00"), note="Rendez-vous au S-118, Mme Côté ouvrira.")


def firewall(s: Stage) -> Story:
    """Waits for a change to be put in place."""
    yield s.at(4, "11:02")
    t = s.open("alexandre", "Le dépôt Git du département est bloqué hors du collège",
               "Mes étudiants ne peuvent plus pousser leurs travaux depuis la maison : le port 22 ne répond plus.",
               impact="group", urgency="hampered", category="network", channel="forum",
               facts={"error_message": "ssh: connect to host git port 22: Connection timed out"})
    yield s.later(40)
    s.hand(t, "nadia", cast.PRINCIPAL, "rights", note="Règle de pare-feu à regarder.")
    yield s.later(15)
    s.send_back(t, "etienne", "incomplete", note="Le service répond-il à l’interne ? Depuis quand ?")
    yield s.later(20)
    s.hand(t, "nadia", cast.PRINCIPAL, "rights", note="Il répond à l’interne ; coupé depuis hier soir.")
    yield s.later(35)
    s.take(t, "etienne")
    s.reply(t, "etienne", "Bonjour, la règle a sauté pendant la mise à jour du pare-feu. Elle revient dans la "
            "prochaine fenêtre de changement. D’ici là, HTTPS fonctionne.")
    s.hold(t, "etienne", "change", s.hence(days=1, clock="7:00"), note="Fenêtre de changement du pare-feu.")


def freeze(s: Stage) -> Story:
    """Waits for another reason, which is said; ordered after everything else."""
    yield s.at(6, "13:15")
    t = s.open("mireille", "Nouvelle version du logiciel de comptabilité",
               "La version 12 apporte le nouveau rapport de fin d’année. Peut-on l’installer sur nos quatre postes ?",
               type="install", urgency="none",
               answers={"software": "Comptabilité 12", "where": "mine", "licence": "yes"})
    yield s.later(100)
    s.reply(t, "nadia", "Bonjour, c’est noté. Nous n’installons rien sur les postes des finances avant la clôture du "
            "mois ; je reprends votre demande juste après.")
    s.prioritise(t, "helene", 4, "Gel des changements jusqu’à la clôture.")
    s.hold(t, "nadia", "other", s.hence(days=6, clock="9:00"), note="Gel des changements jusqu’à la clôture du mois.")


LIVE = (library_wifi, english_teacher, resolved_folder, grades, philosophy, carving, mannequins, firewall, freeze)
