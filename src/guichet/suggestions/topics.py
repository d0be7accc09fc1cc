"""What is usually said about what, in French and English (pure): the words of the first day, before a desk's own
tickets teach better. Each is the beginning of a folded word; a topic is recognised in a category by its name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """`names`: how categories about it are called; `words`: what people say of it."""

    names: tuple[str, ...]
    words: tuple[str, ...]


def _topic(names: str, words: str) -> Topic:
    return Topic(tuple(names.split()), tuple(words.split()))


TOPICS: tuple[Topic, ...] = (
    _topic(
        "imprim impress print copieur photocop copier",
        "imprim impress print toner cartouche cartridge bourrage papier paper jam photocop copieur copier "
        "multifonction recto agraf rouleau etiquet numeris scann",
    ),
    _topic(
        "wifi wireless sansfil",
        "wifi wireless eduroam ssid borne hotspot antenne",
    ),
    _topic(
        "reseau network internet connexion connectivi",
        "reseau network internet connexion connecti ethernet cable switch commutateur routeur router modem fibre "
        "fiber dns dhcp debit bandwidth latence ping rj45 prise",
    ),
    _topic(
        "vpn distance remote teletravail",
        "vpn teletravail distance remote tunnel domicile",
    ),
    _topic(
        "courriel email mail messagerie outlook calendrier agenda calendar",
        "courriel email mail messagerie outlook boite mailbox inbox calendrier agenda calendar invitation signature "
        "pourriel spam thunderbird exchange distribution",
    ),
    _topic(
        "passe password motdepasse",
        "passe password passwd reinitialis reset expire oublie forgot verrouill locked deverrouill unlock",
    ),
    _topic(
        "compte account acces access identit authentif signin login",
        "compte account session login identifi authentif connecter acces access mfa otp jeton token authenticator "
        "badge passe password",
    ),
    _topic(
        "droit right permission partag share dossier folder fichier file",
        "droit permission partag shared share dossier folder fichier lecteur drive refuse denied autoris",
    ),
    _topic(
        "poste ordinateur workstation computer desktop laptop portable pc",
        "ordinateur computer poste laptop portable pc demarr boot redemarr restart fige frozen freez lent slow bleu "
        "windows ecran disque batterie battery",
    ),
    _topic(
        "materiel hardware peripheri peripheral equipement equipment",
        "clavier keyboard souris mouse ecran screen monitor moniteur casque headset usb dock adaptateur adapter "
        "chargeur charger batterie battery webcam disque",
    ),
    _topic(
        "logiciel software application app programme",
        "logiciel software application installer install licence license mise update version excel word adobe "
        "autocad plugin extension",
    ),
    _topic(
        "telephon phone voip mobile",
        "telephone telephoni phone appel call ligne poste combine handset sonnerie mobile cellulaire gsm sim "
        "smartphone repondeur voicemail",
    ),
    _topic(
        "visio video reunion meeting conference son sound audio",
        "visio visioconference teams zoom reunion meeting micro microphone son sound audio camera haut-parleur "
        "enceinte speaker conference",
    ),
    _topic(
        "projecteur projector affichage display",
        "projecteur projector videoprojecteur hdmi projet image tableau ecran lampe",
    ),
    _topic(
        "salle classe classroom room",
        "salle classe classroom projecteur projector tableau tni amphi",
    ),
    _topic(
        "securit security cyber virus",
        "hameconn phish virus malware rancon ransom pirat hack suspect fraud antivirus usurp arnaque cheval",
    ),
    _topic(
        "sauvegarde backup restaur restore",
        "sauvegard backup restaur restor supprim deleted ecras recuper recover bande",
    ),
    _topic(
        "serveur server stockage storage",
        "serveur server stockage storage espace nas raid machine virtuel virtual hyperviseur",
    ),
    _topic(
        "base donnee database",
        "base donnee database sql requete table oracle postgres",
    ),
    _topic(
        "paie payroll finance comptab accounting facture invoice",
        "paie payroll salaire facture invoice comptab accounting budget fournisseur",
    ),
    _topic(
        "scanner lecteur scan barcode",
        "lecteur codebarre barcode scanner douchette numeris scann",
    ),
    _topic(
        "web site intranet portail portal",
        "site page intranet portail portal lien link navigateur browser publication",
    ),
    _topic(
        "formation training",
        "formation former training tutoriel apprendre webinaire",
    ),
    _topic(
        "achat commande purchase order",
        "achat acheter commander purchase order devis quote",
    ),
)
