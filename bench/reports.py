"""Reports to a help desk, made up from chance, and the same ones told by somebody else: deterministic for a seed.

A report is some facts: what, which fault, where, since when, doing what, with which programme, what the screen says,
what was tried, who is hindered. Each fact has several wordings. Told again, half of them are worded otherwise, some are
left out, sentences change places, words are dropped and mistyped.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

# fmt: off
# Wordings of one fact are parted by "|".
_FR: dict[str, Sequence[str]] = {
    "what": (
        "l’imprimante|le copieur|l’imprimante réseau", "le poste|l’ordinateur|le PC",
        "le portable|l’ordinateur portable|mon laptop", "l’écran|le moniteur|l’affichage",
        "le clavier|le clavier sans fil", "la souris|la souris optique", "le projecteur|le vidéoprojecteur|le canon",
        "le téléphone|le combiné|le poste téléphonique", "le scanner|le numériseur",
        "la tablette|la tablette de l’atelier", "la webcam|la caméra de l’ordinateur", "le casque|le micro-casque",
        "la station d’accueil|le dock", "le serveur de fichiers|le partage de fichiers",
        "la borne Wi-Fi|le point d’accès", "la prise réseau|la prise murale", "le tableau interactif|le TNI",
        "l’onduleur|l’onduleur du local", "la boîte courriel|la messagerie|le courriel",
        "le calendrier partagé|l’agenda commun", "la session|mon compte|l’ouverture de session",
        "le VPN|l’accès à distance", "le lecteur de badges|le lecteur de cartes",
        "l’étiqueteuse|l’imprimante à étiquettes", "le lecteur de codes-barres|la douchette",
        "la liste de distribution|le groupe de diffusion", "le site intranet|le portail interne",
        "le disque externe|le disque USB", "la clé USB|la clé mémoire", "le traceur|la table traçante",
    ),
    "fault": (
        "ne s’allume plus|reste éteint|refuse de démarrer", "est très lent|rame énormément|met un temps fou",
        "se fige sans arrêt|gèle toutes les dix minutes|se bloque souvent",
        "affiche un écran bleu|plante avec un écran bleu",
        "fait un bruit de ventilateur|souffle très fort|fait un bruit anormal",
        "se déconnecte sans cesse|perd la connexion|coupe régulièrement",
        "n’est plus reconnu|n’est pas détecté|reste introuvable",
        "demande un mot de passe en boucle|redemande le mot de passe",
        "affiche des lignes verticales|montre des rayures|a des bandes de couleur",
        "bourre à chaque feuille|fait des bourrages de papier", "sort des pages blanches|n’imprime que du blanc",
        "imprime tout en rose|a des couleurs délavées", "ne reçoit plus rien|ne reçoit aucun message",
        "renvoie les messages|refuse les envois|rejette les destinataires",
        "ne garde pas les réglages|oublie la configuration", "clignote en orange|a un voyant orange",
        "surchauffe|est brûlant", "sent le brûlé|dégage une odeur de plastique",
        "redémarre tout seul|s’éteint sans prévenir", "n’a plus de son|reste muet",
        "grésille|a de l’écho|fait des parasites", "est refusé|donne accès refusé|n’a plus les droits",
        "est verrouillé|s’est bloqué après trois essais", "affiche une ancienne version|n’est pas à jour",
        "duplique les entrées|montre tout en double", "a perdu des dossiers|n’a plus les dossiers de l’an passé",
        "tourne à l’envers|est affiché à l’envers", "ne charge plus|ne prend plus la charge",
        "a un bouton cassé|a une touche arrachée", "est tombé par terre|a pris un choc",
    ),
    "since": (
        "depuis ce matin|ce matin en arrivant", "depuis hier après-midi|hier en fin de journée",
        "depuis la mise à jour|après la mise à jour de cette nuit",
        "depuis la panne de courant|après la coupure d’électricité",
        "depuis le déménagement du bureau|depuis que nous avons changé de bureau", "depuis lundi|lundi dernier",
        "depuis une semaine|voilà une semaine", "depuis mon retour de congé|à mon retour de vacances",
        "depuis le changement de mot de passe|après avoir changé le mot de passe",
        "par intermittence|de temps en temps", "depuis l’orage|après l’orage de jeudi",
        "depuis le remplacement du câble|depuis qu’on a changé le câble", "depuis la rentrée|au début de la session",
    ),
    "doing": (
        "en ouvrant un fichier joint|quand j’ouvre une pièce jointe", "en partageant l’écran|lors du partage d’écran",
        "en imprimant recto verso|pour une impression des deux côtés",
        "en saisissant les notes|pendant la saisie des notes", "en préparant les factures|pendant la facturation",
        "en numérisant vers un dossier|quand je numérise vers le réseau",
        "pendant une visioconférence|en réunion vidéo", "en exportant un rapport|à l’exportation du rapport",
        "au moment d’enregistrer|quand j’enregistre", "pendant la paie|en lançant la paie",
        "en classe devant les étudiants|pendant mon cours",
        "en changeant de local|quand je passe d’une salle à l’autre",
        "en branchant le second écran|avec un deuxième écran", "en téléversant une vidéo|à l’envoi d’une vidéo",
        "pendant l’inventaire|en faisant l’inventaire", "en réservant une salle|à la réservation d’un local",
        "en signant un contrat|pour une signature électronique", "à la fermeture de caisse|en fermant la caisse",
        "en commandant du matériel|pour une commande", "en consultant les plans|à l’ouverture d’un plan",
        "pendant un examen en ligne|durant un examen",
    ),
    "with": (
        "Excel", "Word", "Outlook", "Teams", "Zoom", "AutoCAD", "SolidWorks", "Photoshop", "Firefox", "Chrome",
        "Edge", "Acrobat", "Moodle", "Omnivox", "ActaNota", "SAP", "QuickBooks", "Sage", "OneDrive", "SharePoint",
        "Dropbox", "FileMaker", "Access", "PowerPoint", "Visio", "Matlab", "SPSS", "Revit", "InDesign", "Premiere",
        "Audacity", "GIMP", "LibreOffice", "Thunderbird", "PuTTY", "Citrix", "FortiClient", "GlobalProtect",
        "Dentrix", "Regard", "Coba", "Koha", "Nextcloud", "Jira", "Trello", "Slack", "Webex", "MultiDoc", "Arcgis",
        "Antidote",
    ),
    "screen": (
        "mémoire insuffisante|pas assez de mémoire", "périphérique inconnu|matériel inconnu",
        "délai dépassé|temps d’attente écoulé", "fichier corrompu|fichier endommagé",
        "licence expirée|la licence n’est plus valide", "certificat non valide|certificat périmé",
        "espace disque insuffisant|disque plein", "serveur introuvable|impossible de joindre le serveur",
        "chemin trop long|nom de fichier trop long", "pilote manquant|pilote absent", "quota dépassé|boîte pleine",
        "adresse déjà utilisée|conflit d’adresse", "toner faible|remplacer le toner", "capot ouvert|fermer le capot",
        "tête à nettoyer|nettoyage requis", "port fermé|connexion refusée", "compte désactivé|compte suspendu",
        "version non prise en charge|version trop ancienne",
    ),
    "tried": (
        "j’ai redémarré deux fois|deux redémarrages n’y font rien", "j’ai changé le câble|essayé avec un autre câble",
        "j’ai essayé sur un autre poste|pareil sur l’ordinateur d’un collègue",
        "j’ai vidé le cache|le cache est vidé", "j’ai réinstallé le pilote|pilote réinstallé sans succès",
        "j’ai débranché dix minutes|débranché puis rebranché", "j’ai nettoyé les rouleaux|rouleaux nettoyés",
        "j’ai supprimé le profil|profil recréé", "j’ai changé de navigateur|même chose avec un autre navigateur",
        "j’ai retiré les piles|piles neuves", "un collègue a regardé sans trouver|mon collègue n’a rien trouvé",
        "j’ai suivi la procédure|la procédure du guide ne change rien",
    ),
    "who": (
        "toute l’équipe est touchée|nous sommes tous concernés", "je suis seule à avoir ça|il n’y a que moi",
        "le secrétariat ne peut plus travailler|secrétariat à l’arrêt",
        "mes étudiants attendent|les étudiants ne peuvent rien faire",
        "la directrice en a besoin demain|c’est pour la direction demain",
        "deux collègues ont le même souci|deux autres personnes aussi",
        "le comptoir est bloqué|plus d’accueil au comptoir",
        "c’est gênant mais je me débrouille|je m’en sors autrement",
        "les livraisons sont retardées|les livraisons prennent du retard",
        "l’examen est vendredi|examen prévu vendredi", "rien ne presse|ça peut attendre",
    ),
    "hello": (
        "Bonjour,|Bonjour à vous,|Salut,|", "", "",
    ),
    "where": (
        "au local {room}|dans le {room}|salle {room}",
    ),
    "place": (
        "pavillon des sciences|bâtiment des sciences", "pavillon principal|bâtiment principal",
        "bibliothèque|centre de documentation", "atelier de mécanique|garage", "entrepôt nord|dépôt nord",
        "clinique de Namur|cabinet de Namur", "étude notariale|étude", "boutique du centre|magasin du centre",
        "gymnase|centre sportif", "résidence|résidence étudiante", "laboratoire de chimie|labo de chimie",
        "siège|maison mère",
    ),
}
_EN: dict[str, Sequence[str]] = {
    "what": (
        "the printer|the copier|the network printer", "the computer|the workstation|the PC", "my laptop|the notebook",
        "the screen|the monitor|the display", "the keyboard|the wireless keyboard", "the mouse|the cordless mouse",
        "the projector|the beamer", "the phone|the desk phone|the handset", "the scanner|the flatbed scanner",
        "the tablet|the workshop tablet", "the webcam|the camera", "the headset|the headphones",
        "the docking station|the dock", "the file share|the shared drive", "the access point|the Wi-Fi antenna",
        "the network socket|the wall socket", "the whiteboard|the smart board", "the mailbox|e-mail|the inbox",
        "the shared calendar|the team calendar", "my account|the login", "the VPN|remote access",
        "the badge reader|the card reader", "the label printer|the labeller", "the barcode reader|the hand scanner",
        "the mailing list|the distribution group", "the intranet|the internal site",
        "the external disk|the USB drive", "the plotter|the large-format printer",
    ),
    "fault": (
        "won’t turn on|stays dark|doesn’t start", "is very slow|takes ages|crawls",
        "keeps freezing|hangs every few minutes", "shows a blue screen|crashes to blue",
        "makes a loud fan noise|is very noisy", "keeps disconnecting|drops the connection",
        "isn’t recognised|isn’t detected|can’t be found",
        "asks for the password again and again|loops on the password", "shows vertical lines|has stripes",
        "jams on every sheet|gets paper jams", "prints blank pages|comes out blank",
        "prints everything in pink|has washed-out colours", "receives nothing|gets no messages",
        "bounces messages|rejects what I send", "forgets its settings|doesn’t keep the configuration",
        "blinks orange|has an amber light", "overheats|is burning hot",
        "restarts by itself|switches off without warning", "has no sound|stays silent", "crackles|has an echo",
        "is denied|says access denied", "is locked|got locked after three tries",
        "shows an old version|is out of date", "shows everything twice|duplicates entries",
        "lost folders|no longer has last year’s folders", "is upside down|is turned over",
        "no longer charges|doesn’t take a charge", "has a broken button|lost a key", "fell on the floor|was dropped",
    ),
    "since": (
        "since this morning|this morning when I came in", "since yesterday afternoon|late yesterday",
        "since the update|after last night’s update", "since the power cut|after the outage of electricity",
        "since we moved offices|since the move", "since Monday|last Monday", "for a week|a week now",
        "since I came back from leave|after my holiday", "since I changed my password|after the password change",
        "now and then|from time to time", "since the storm|after Thursday’s storm",
    ),
    "doing": (
        "when opening an attachment|as I open attachments", "when sharing my screen|during screen sharing",
        "when printing on both sides|for duplex printing", "while entering grades|during grade entry",
        "while preparing invoices|during invoicing", "when scanning to a folder|as I scan to the network",
        "during a video call|in video meetings", "when exporting a report|on report export", "when saving|as I save",
        "during payroll|when running payroll", "in class in front of students|during my lecture",
        "when plugging in the second screen|with two screens", "when uploading a video|on video upload",
        "during stocktaking|while counting stock", "when booking a room|on room booking",
        "when signing a contract|for an electronic signature", "at closing time|when closing the till",
        "during an online exam|in an exam",
    ),
    "with": _FR["with"],
    "screen": (
        "out of memory|not enough memory", "unknown device|unknown hardware", "timed out|timeout reached",
        "corrupt file|the file is damaged", "licence expired|invalid licence",
        "invalid certificate|certificate out of date", "disk full|not enough disk space",
        "server not found|cannot reach the server", "path too long|file name too long", "driver missing|no driver",
        "quota exceeded|mailbox full", "address conflict|address already in use", "toner low|replace toner",
        "cover open|close the cover", "connection refused|port closed", "account disabled|account suspended",
    ),
    "tried": (
        "I restarted twice|two restarts didn’t help", "I changed the cable|tried another cable",
        "I tried another computer|same on a colleague’s computer", "I cleared the cache|cache is cleared",
        "I reinstalled the driver|driver reinstalled in vain",
        "I unplugged it for ten minutes|unplugged and plugged in again", "I cleaned the rollers|rollers cleaned",
        "I deleted the profile|profile made anew", "I changed browser|same in another browser",
        "I put in new batteries|new batteries",
    ),
    "who": (
        "the whole team is affected|all of us have it", "it is only me|nobody else has it",
        "the front office is stuck|front office at a standstill",
        "my students are waiting|students can’t do anything",
        "the director needs it tomorrow|it is for the director tomorrow",
        "two colleagues have it too|so do two others", "deliveries are late|deliveries are delayed",
        "the exam is on Friday|exam due Friday", "no hurry|it can wait",
    ),
    "hello": (
        "Hello,|Hi,|Good morning,|", "", "",
    ),
    "where": (
        "in room {room}|in {room}|room {room}",
    ),
    "place": _FR["place"],
}
# fmt: on
_NEIGHBOURS = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxdrdfgujkbnhyopqetrycwzs", strict=False))
# Beside what and which fault so many facts are told: enough to tell one report from a hundred thousand others.
_BESIDE = ("since", "doing", "with", "screen", "tried", "who", "where", "place")
_FEWEST = 5
# Told again, a fact is left out so often, and said in words chosen anew so often.
_LEFT_OUT, _REWORDED = 0.1, 0.5


@dataclass(frozen=True)
class Report:
    """The facts, by name: which of them, in which of their wordings; and in which language they are told."""

    french: bool
    facts: dict[str, tuple[int, int]]
    room: str


def report(chance: random.Random) -> Report:
    french = chance.random() < 0.7
    words = _FR if french else _EN
    beside = chance.sample(_BESIDE, chance.randint(_FEWEST, len(_BESIDE)))
    facts = {name: (chance.randrange(len(words[name])), chance.randrange(60)) for name in ("what", "fault", *beside)}
    return Report(french, facts, f"{chance.choice('ABCMRS')}-{chance.randrange(100, 420)}")


def told(of: Report, chance: random.Random, *, again: bool = False) -> tuple[str, str]:
    """Title and text. `again`: by somebody else, in a hurry."""
    words = _FR if of.french else _EN
    kept = {}
    for name, (number, wording) in of.facts.items():
        if again and name not in {"what", "fault"} and chance.random() < _LEFT_OUT:
            continue
        ways = words[name][number].split("|")
        anew = again and chance.random() < _REWORDED
        kept[name] = (chance.choice(ways) if anew else ways[wording % len(ways)]).format(room=of.room)
    what, fault = kept.pop("what"), kept.pop("fault")
    first = f"{what} {fault} {kept.pop('since', '')}".strip()
    where = " ".join(kept.pop(name) for name in ("where", "place") if name in kept)
    screen = f"« {kept.pop('screen')} »" if "screen" in kept else ""
    use = " ".join(kept.pop(name) for name in ("doing", "with") if name in kept)
    rest = [text for text in (where, use, screen, *kept.values()) if text]
    chance.shuffle(rest)
    hello = chance.choice(words["hello"][0].split("|"))
    sentences = [first, *rest] if not again or chance.random() < 0.6 else [*rest, first]
    text = f"{hello} " + ". ".join(one[0].upper() + one[1:] for one in sentences) + "."
    title = f"{what} {fault}"
    if again:
        title, text = _hurried(title, chance), _hurried(text, chance)
    return title[0].upper() + title[1:], text


def _hurried(text: str, chance: random.Random) -> str:
    """One word in twelve is left out, one in sixteen mistyped, accents are often forgotten."""
    made = []
    for word in text.split():
        dice = chance.random()
        if dice < 1 / 12:
            continue
        made.append(_mistyped(word, chance) if dice < 1 / 12 + 1 / 16 and len(word) > 4 else word)
    plain = " ".join(made) or text
    return plain.replace("é", "e").replace("è", "e") if chance.random() < 0.25 else plain


def _mistyped(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    way = chance.randrange(4)
    if way == 0:
        return word[:place] + word[place + 1 :]
    if way == 1:
        return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
    if way == 2:
        return word[:place] + word[place] + word[place:]
    return word[:place] + _NEIGHBOURS.get(word[place], "e") + word[place + 1 :]
