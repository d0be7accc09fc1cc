"""Stories of the service company that have come to their end, told by hand."""
# fmt: off

from guichet.demo import cast, props
from guichet.demo.stage import Stage, Story


def warehouse_cut(s: Stage) -> Story:
    """S1 before dawn: no internet at the warehouse; a 4G router as workaround, the operator's repair as the fix."""
    yield s.at(6, "4:22")
    t = s.open(
        "didier", "Plus d’internet à l’entrepôt, les camions attendent",
        "M. Wathelet appelle le numéro de garde : plus d’internet depuis 4 h 10, les lecteurs et les bons de livraison "
        "ne marchent plus. Quatre camions sont à quai et rien ne peut partir.",
        impact="everyone", urgency="stopped", by="loic", channel="phone", category="network",
        facts={"since": "4 h 10", "place": "Zoning du Bois Noir, local technique derrière le quai 3",
               "tried": "Modem débranché et rebranché", "availability": "Sur place jusqu’à midi"},
    )
    s.reply(t, "loic", "Je réveille notre ingénieure réseau et j’appelle l’opérateur. Nous vous rappelons dans le "
            "quart d’heure, sur votre GSM.", channel="phone")
    yield s.after(6)
    s.take(t, "joke")
    s.escalate(t, "loic", "M. Rausch (Ardenne Primeurs) est prévenu par SMS ; Christine aussi.")
    modem = s.suppose(t, "joke", "Le modem de l’opérateur est en panne")
    fibre = s.suppose(t, "joke", "La fibre est coupée entre le zoning et le répartiteur")
    yield s.after(9)
    s.judge(modem, "joke", "rejected", "Le modem répond et signale une perte de lumière.")
    s.reply(t, "joke", "C’est la fibre elle-même. Naïma part avec un routeur 4G ; comptez trois quarts d’heure de "
            "route.")
    s.prioritise(t, "christine", 1, "Entrepôt à l’arrêt, denrées fraîches à quai.")
    yield s.after(52)
    s.tried(t, "naima", "workaround", "Routeur 4G posé, lecteurs et imprimantes de bons passés dessus.",
                     on="Local technique, Bastogne", hypothesis=fibre,
                     test="Trois bons imprimés, douze lecteurs connectés.", worked=True)
    s.reply(t, "naima", "Vous pouvez charger : tout passe par la 4G. Les caméras restent coupées pour garder le débit.")
    s.hand(t, "joke", cast.ARCHITECTURE, "provider", to="ruben",
           note="Perte de lumière totale côté zoning. Contournement 4G en place : voir la tentative de Naïma.")
    s.promise(t, "joke", "L’opérateur répare la fibre ; prochaines nouvelles à 8 h", s.at(6, "8:00"))
    yield s.at(6, "7:48")
    s.judge(fibre, "ruben", "confirmed", "Réflectométrie : coupure à 1,8 km, chantier de voirie.")
    s.hold(t, "ruben", "provider", s.at(6, "13:30"), note="Équipe de soudure sur place à 10 h.")
    yield s.at(6, "12:52")
    s.wake(t, "ruben")
    fix = s.tried(t, "ruben", "fix", "Fibre ressoudée à 1,8 km du zoning.", on="Chaussée d’Arlon", hypothesis=fibre,
                  test="Signal à −17 dBm ; une heure de trafic réel avec Joke.", worked=True)
    s.resolve(t, "joke", fix, "La fibre est réparée et tout est revenu dessus, caméras comprises. Nous vous proposons "
              "de laisser le routeur 4G en secours permanent.")
    s.tag(t, "christine", "opérateur", "contrat or")
    s.note(t, "christine", "Le routeur 4G est retenu comme secours permanent. Devis à faire à M. Rausch.")
    yield s.later(35)
    s.confirm(t, "didier", 5, "À 5 h 30 on rechargeait. Chapeau à Naïma.")


def annexes(s: Stage) -> Story:
    """A solution refused, then a second attempt by another level."""
    yield s.at(12, "9:18")
    t = s.open("valerie", "Les annexes des actes sortent vides du logiciel",
               "Quand j’imprime un acte avec ses annexes, les plans sortent blancs. Trois actes à passer demain.",
               impact="group", urgency="blocked", category="deeds", channel="portal",
               facts={"environment": "ActaNota 5.2, Windows 11", "steps": "Imprimer l’acte avec « annexes comprises »"},
               uploads=[props.screenshot("annexe-vide.png", lines=(60, 60, 60))])
    yield s.later(20)
    s.reply(t, "aurelie", "Bonjour Valérie, est-ce le cas aussi quand vous enregistrez en PDF avant d’imprimer ?")
    yield s.later(30)
    s.reply(t, "valerie", "Le PDF est bon, c’est l’impression directe qui est vide.")
    driver = s.suppose(t, "aurelie", "Le pilote PCL ne rend pas les calques des plans")
    first = s.tried(t, "aurelie", "fix", "Pilote PostScript installé à la place du PCL.", on="Poste de Mme Noirhomme",
                    hypothesis=driver, test="Un acte de deux annexes imprimé.", worked=True)
    s.resolve(t, "aurelie", first, "Le nouveau pilote imprime les plans. Dites-nous si vos trois actes passent.")
    yield s.later(180)
    s.refuse(t, "valerie", "Deux actes sur trois. Le troisième, avec un plan de lotissement, est encore blanc.")
    s.hand(t, "aurelie", cast.SYSTEMS, "competence", to="gregory",
           note="Pilote changé, deux actes sur trois. Le plan de lotissement reste vide : taille ou version du PDF ?")
    yield s.later(45)
    s.take(t, "gregory")
    size = s.suppose(t, "gregory", "Les plans PDF 2.0 dépassent ce que sait lire l’imprimante")
    s.judge(size, "gregory", "confirmed", "Fichier de 48 Mo en PDF 2.0 ; l’imprimante lit jusqu’à 1.7.")
    yield s.at(11, "8:40")
    fix = s.tried(t, "gregory", "fix", "Conversion en PDF 1.7 activée dans ActaNota. Essayé d’abord sur la base de "
                  "test.",
                  on="Base de test, puis serveur de l’étude", hypothesis=size, test="Dix actes avec plans, aucun vide.",
                  worked=True)
    s.resolve(t, "gregory", fix, "Les plans sont convertis avant l’impression. Nous l’avons éprouvé sur dix actes.")
    yield s.later(60)
    s.confirm(t, "valerie", 4, "Les signatures ont pu se faire à l’heure.")


def restore(s: Stage) -> Story:
    """A request with its own questions, routed by a rule."""
    yield s.at(9, "16:42")
    t = s.open("bastien", "Restaurer le dossier « Successions 2024 »",
               "J’ai remplacé par erreur le dossier par une version vide. J’en ai besoin pour un rendez-vous.",
               urgency="blocked", type="restore",
               answers={"path": "N:\\Dossiers\\Successions 2024", "good_on": s.at(10, "9:00").date().isoformat()})
    yield s.after(15)
    s.take(t, "malika")
    s.reply(t, "malika", "Bonsoir Bastien, la sauvegarde de cette nuit contient le dossier complet. Je le remets à "
            "côté de l’autre, pour que rien ne soit écrasé.")
    fix = s.tried(t, "malika", "fix", "Dossier restauré sous « Successions 2024 (restauré) ».", on="SRV-HUY-01",
                  test="212 fichiers, tailles et dates identiques à la sauvegarde.", worked=True)
    s.resolve(t, "malika", fix, "Le dossier restauré est à côté de l’original. Vérifiez, puis supprimez celui qui est "
              "vide.")
    yield s.after(40)
    s.confirm(t, "bastien", 5, "Vous m’avez sauvé la mise.")


def invoice_phishing(s: Stage) -> Story:
    """Security, routed by a keyword; the workaround first."""
    yield s.at(14, "10:05")
    t = s.open("mariette", "J’ai ouvert une facture qui ressemble à du hameçonnage",
               "J’ai ouvert la pièce jointe, une page m’a demandé mon mot de passe et je l’ai donné. Je m’en veux.",
               impact="group", urgency="stopped", category="security", channel="phone", by="aurelie")
    yield s.after(4)
    s.take(t, "joke")
    s.reply(t, "joke", "Vous avez très bien fait d’appeler tout de suite. Votre compte est coupé le temps de changer "
            "le mot de passe ; laissez le poste allumé, débranché du réseau.", channel="phone")
    taken = s.suppose(t, "joke", "Le compte a servi à quelqu’un d’autre")
    s.tried(t, "joke", "workaround", "Compte bloqué, sessions fermées.", on="Annuaire de l’étude",
            test="Plus aucune session ouverte.", worked=True)
    yield s.after(70)
    s.judge(taken, "joke", "rejected", "Aucune connexion étrangère dans les journaux.")
    fix = s.tried(t, "joke", "fix", "Mot de passe changé, double validation activée, poste analysé.", on="POSTE-HUY-06",
                  test="Analyse complète sans résultat ; connexion réussie avec le téléphone de Mme Fagnoul.",
                  worked=True)
    s.resolve(t, "joke", fix, "Personne n’a utilisé votre compte. Il est rouvert, avec une confirmation sur votre "
              "téléphone.")
    s.tag(t, "joke", "nis2")
    yield s.later(60)
    s.confirm(t, "mariette", 5, "On ne m’a pas fait la leçon. Merci.")


def brackets(s: Stage) -> Story:
    """An unhappy requester."""
    yield s.at(10, "11:25")
    t = s.open("leila", "Les radios panoramiques s’affichent inversées",
               "À Verviers, la gauche et la droite sont inversées sur les panoramiques depuis la mise à jour. C’est "
               "dangereux.",
               impact="department", urgency="blocked", category="dental", channel="portal")
    yield s.after(25)
    s.reply(t, "loic", "Bonjour Docteur, je transmets à l’équipe des systèmes.")
    s.hand(t, "loic", cast.SYSTEMS, "specialist", note="Images inversées depuis la mise à jour du visionneur.")
    yield s.later(160)
    s.take(t, "gregory")
    s.override(t, "christine", "S1", "Risque de soin du mauvais côté : plus grave que la matrice ne le dit.")
    flip = s.suppose(t, "gregory", "La mise à jour ignore l’orientation écrite dans l’image")
    s.tried(t, "gregory", "workaround", "Retour à la version précédente du visionneur.", on="Cinq postes de Verviers",
            hypothesis=flip, test="Dix images vérifiées avec le Dr Haddouchi.", worked=True)
    yield s.later(200)
    s.judge(flip, "gregory", "confirmed", "L’éditeur le confirme et publie un correctif.")
    fix = s.tried(t, "gregory", "fix", "Correctif de l’éditeur installé, sur un poste puis sur les cinq.",
                  hypothesis=flip,
                  on="Poste d’essai, puis Verviers", test="Cinquante images comparées, orientation juste.", worked=True)
    s.resolve(t, "gregory", fix, "L’orientation est juste sur les cinq postes, vérifiée sur cinquante images.")
    yield s.later(240)
    s.confirm(t, "leila", 2, "Bien réparé, mais trois heures avant qu’on comprenne le danger.")


def webinar_seats(s: Stage) -> Story:
    """Cancelled by the desk, with its reason in public."""
    yield s.at(8, "14:10")
    t = s.open("monique", "Places pour la formation à la facturation électronique",
               "Peut-on inscrire deux collègues de plus ?", type="information", urgency="none", channel="training")
    yield s.later(50)
    s.cancel(t, "aurelie", "Bonjour Monique, la séance est complète ; vos collègues sont inscrits d’office à la "
             "suivante. Je ferme donc cette demande, rien d’autre à faire de votre côté.")


def silent(s: Stage) -> Story:
    """The requester no longer answers: ends for that reason, closed by the product."""
    yield s.at(17, "10:50")
    t = s.open("xavier", "Mon téléphone ne synchronise plus mes contacts", "Mes contacts de fournisseurs ont disparu.",
               category="mail", channel="mail")
    yield s.later(40)
    s.reply(t, "loic", "Bonjour, avez-vous changé de téléphone ces derniers jours ?")
    s.hold(t, "loic", "requester", s.at(15, "11:00"))
    yield s.at(15, "11:01")
    s.wake(t)
    s.reply(t, "loic", "Bonjour, avez-vous pu regarder ? Je peux aussi vous appeler.")
    s.hold(t, "loic", "requester", s.at(12, "11:00"))
    yield s.at(12, "11:02")
    s.wake(t)
    s.resolve(t, "loic", None, reason="no_answer", body="Sans nouvelles de votre part, je ferme ce ticket. Répondez "
              "ici à tout moment : il se rouvrira.")
    yield s.after(5 * 24 * 60 + 4)
    s.close(t)


PAST = (warehouse_cut, annexes, restore, invoice_phishing, brackets, webinar_seats, silent)
