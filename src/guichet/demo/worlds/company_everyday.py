"""What the clients of the service company ask for on ordinary days."""

from guichet.demo.worlds.everyday import Case, Desk

NOTARY = ("sophie", "arnaud", "valerie", "bastien", "mariette")
WHOLESALER = ("dominique", "didier", "souad", "monique", "xavier")
CLINICS = ("emily", "pierre-yves", "leila", "karin", "fabienne")
ALL = NOTARY + WHOLESALER + CLINICS

DESK = Desk(
    front=("aurelie", "loic"),
    field=("naima",),
    field_team="Techniciens itinérants",
    expert=("gregory", "malika"),
    expert_team="Administration des systèmes",
    counter=("aurelie",),
    greeting=("Bonjour, merci pour votre message. ", "Bonjour, je regarde. ", "Bonjour, "),
    thanks=(
        (5, ""), (5, "Merci, super rapide."), (4, ""), (4, "Très bien."), (5, "Toujours aussi aimable."), (0, ""),
        (0, ""),
        (3, "Il a fallu deux appels."), (5, "Parfait, merci Aurélie."), (4, "Ça roule de nouveau."),
    ),
    refusal="Désolé, mais le souci est revenu cet après-midi.",
    again="Repris à distance avec la personne, poste redémarré, réglage gardé.",
)  # fmt: skip

CASES = (
    Case("call", "accounts",
         (("Mot de passe expiré", "Mot de passe expiré, la personne travaille de la maison."),
          ("Nouveau téléphone, plus de code de validation", "Nouveau GSM : l’application ne donne plus de code.")),
         ALL, "Identité vérifiée par rappel, validation enregistrée sur le nouvel appareil.",
         "Connexion réussie pendant l’appel.", "C’est en ordre ; l’ancien appareil est retiré.", urgency="blocked",
         weight=5),
    Case("call", "mail",
         (("Outlook demande sans cesse le mot de passe", "La fenêtre revient toutes les deux minutes."),
          ("L’agenda partagé ne se met plus à jour", "Les rendez-vous de la semaine n’apparaissent pas chez les "
           "collègues.")),
         ALL, "Profil Outlook recréé.", "Envoi, réception et agenda vérifiés ensemble.",
         "Votre profil est neuf ; rien n’a été perdu.", failed="Identifiants effacés du gestionnaire.", weight=4),
    Case("call", "workstation",
         (("L’écran s’éteint pendant la journée", "L’écran devient noir quelques secondes, dix fois par jour."),
          ("Plus de son dans les visioconférences", "Les autres m’entendent, moi non.")),
         ALL, "Pilote et station d’accueil mis à jour.", "Vingt minutes sans coupure, en partage d’écran.",
         "La station d’accueil est à jour ; gardez le câble fourni.", failed="Câble changé.",
         things=("PC-HUY-03", "PC-MAR-11", "PC-LIE-07", "PC-VER-02"), weight=4),
    Case("call", "printing",
         (("L’imprimante reste hors ligne", "L’imprimante apparaît grisée sur tous les postes."),
          ("Le scan n’arrive plus dans la boîte", "Les documents numérisés n’arrivent plus par e-mail.")),
         ALL, "Adresse fixe remise et envoi des scans reconfiguré.", "Page d’essai et scan reçus.",
         "L’imprimante est de retour, et les scans aussi.", impact="group",
         things=("IMP-HUY-1", "IMP-BAS-2", "IMP-LIE-1"), weight=3),
    Case("call", "warehouse",
         (("Le quai 2 n’imprime plus ses bons", "Le camion attend et l’imprimante du quai 2 ne reçoit plus rien."),),
         ("didier", "dominique"), "File d’impression du quai 2 vidée et relancée.", "Bon imprimé, camion parti.",
         "Le quai 2 imprime ; un bon abîmé bloquait la file.", impact="department", urgency="stopped", weight=2),
    Case("portal", "deeds",
         (("Un acte reste verrouillé par un collègue absent", "Impossible de modifier l’acte : « en cours par A. "
           "Lambertin »."),
          ("Le modèle de compromis a perdu son en-tête", "Le compromis s’ouvre sans le logo ni l’adresse.")),
         NOTARY, "Verrou libéré, modèle remis depuis la sauvegarde.", "Acte ouvert, modifié et enregistré par la "
         "personne.",
         "Vous pouvez reprendre l’acte ; la dernière version est intacte.",
         question="Quel est le numéro de l’acte, et depuis quel poste travaillez-vous ?", answer="L’acte 2025/418, "
         "poste 3.",
         urgency="blocked", weight=3),
    Case("portal", "warehouse",
         (("Une palette introuvable dans le logiciel d’entrepôt", "La palette est là, le logiciel dit qu’elle est "
           "partie."),
          ("Les bons de livraison sortent en double", "Chaque bon s’imprime deux fois depuis hier.")),
         WHOLESALER, "Mouvement corrigé et file d’impression doublée supprimée.", "Trois bons imprimés une seule fois.",
         "Le stock et les bons concordent.", question="Pourriez-vous nous donner le numéro de la palette ou du bon ?",
         answer="Palette 0047821, quai 3.", weight=3),
    Case("portal", "dental",
         (("Le rappel par SMS n’est pas parti", "Aucun patient n’a reçu le rappel de demain."),
          ("Un dossier de patient en double", "Deux fiches pour la même patiente, avec des soins sur chacune.")),
         ("pierre-yves", "leila", "karin", "fabienne"), "Envoi relancé et fiches réunies avec l’accord du cabinet.",
         "Rappels reçus sur deux téléphones d’essai.", "Les rappels sont partis et la fiche est unique.", weight=3),
    Case("portal", "workstation",
         (("Installer le lecteur de carte d’identité", "J’ai besoin de lire les cartes d’identité sur mon nouveau "
           "poste."),
          ("Installer le client de visioconférence", "Un client n’utilise que cet outil.")),
         ALL, "Logiciel installé à distance, pilote compris.", "Lecture d’une carte d’essai.", "C’est installé, prêt à "
         "servir.",
         type="install", urgency="none", answers={"software": "Selon la description", "licence": "yes"}, weight=2),
    Case("portal", "workstation",
         (("Combien de postes sont encore sous Windows 10 ?", "Pour le budget, combien de nos postes faut-il remplacer "
           "?"),
          ("Quelle alimentation de secours choisir ?", "Nous avons eu deux coupures ; que conseillez-vous ?")),
         ("sophie", "dominique", "souad"), "Liste envoyée, avec un ordre de prix.", "Relu avec le client au téléphone.",
         "Voici la liste, poste par poste. Nous en parlons quand vous voulez.", type="information",
         urgency="none", weight=2),
    Case("field", "printing",
         (("Bruit et bourrages à l’imprimante", "Elle claque à chaque feuille et bourre une fois sur cinq."),),
         ALL, "Kit d’entretien posé.", "Cent pages sans bourrage.", "L’imprimante est entretenue, elle repart pour un "
         "an.",
         cause="Kit d’entretien dépassé", note="Compteur d’entretien dépassé. Prévoir le kit.",
         things=("IMP-HUY-1", "IMP-BAS-2", "IMP-VER-1"), impact="group", weight=3),
    Case("field", "scanner",
         (("Un lecteur ne lit plus les petites étiquettes", "Il lit les cartons, pas les barquettes."),
          ("Lecteur tombé du chariot élévateur", "L’écran est fendu et la gâchette ne répond plus.")),
         ("didier", "dominique"), "Lecteur remplacé et configuré.", "Cinquante lectures de suite.",
         "Le lecteur est remplacé ; l’autre part en réparation.", cause="Optique abîmée", note="Lecteur de rechange à "
         "prévoir.",
         things=("LECT-02", "LECT-07", "LECT-10"), weight=2),
    Case("expert", "backup",
         (("Restaurer un tableau de prix", "Le tableau des prix a été remplacé par celui de l’an passé."),
          ("Un dossier a disparu du partage", "Le dossier était là la semaine dernière, il n’y est plus.")),
         ALL, "Fichiers restaurés depuis la nuit précédente.", "Ouverts par la personne, contenu vérifié.",
         "Les fichiers sont restaurés à côté des actuels.", type="restore", urgency="blocked",
         answers={"path": "S:\\Partage", "good_on": ""}, weight=2),
    Case("expert", "server",
         (("Le serveur de fichiers est lent le matin", "Entre 8 h et 9 h, ouvrir un dossier prend trente secondes."),),
         ALL, "Analyse antivirus déplacée à la nuit.", "Ouverture en deux secondes, mesurée trois matins.",
         "L’analyse tourne maintenant la nuit.", cause="Analyse antivirus planifiée à 8 h", failed="Redémarrage du "
         "service.",
         note="Lenteur de 8 h à 9 h sur tout le site, à voir sur le serveur.", reason="rights", impact="department",
         urgency="hampered", weight=2),
    Case("expert", "mail",
         (("Un client reçoit nos messages comme indésirables", "Nos devis tombent dans les indésirables d’un gros "
           "client."),),
         WHOLESALER + NOTARY, "Enregistrement SPF complété, signature activée.", "Message reçu en boîte principale.",
         "Vos messages sont maintenant signés ; le client les reçoit.", cause="Serveur d’envoi absent du SPF",
         note="Trois destinataires touchés. DNS à vérifier.", reason="specialist", weight=1),
    Case("counter", "workstation",
         (("Portable déposé au comptoir, ventilateur bruyant", "Le client dépose son portable en passant à Liège."),),
         ("pierre-yves", "bastien", "xavier"), "Ventilateur nettoyé, pâte thermique refaite.", "Une heure à pleine "
         "charge, 68 °C.",
         "Le portable est prêt, silencieux.", weight=1),
)  # fmt: skip
