"""What the desks of the worlds have written down: read by everybody, by those whom they serve, or by themselves."""
# fmt: off

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Written:
    """An article, by whom and how many opening days ago; `read_by` are the keys of those who say whether it helped."""

    key: str
    by: str
    days: int
    title: str
    body: str
    category: str
    kind: str = "how_to"
    audience: str = "requesters"
    language: str = "fr"
    translates: str = ""
    wordings: dict[str, str] = field(default_factory=dict)
    from_rank: int | None = None
    published: bool = True
    # What the second version changed, and its text.
    revised: tuple[str, str] | None = None
    review_in: int = 200
    helped: tuple[str, ...] = ()
    # Who it did not help, why not, and what they add.
    failed: tuple[tuple[str, str, str], ...] = ()


_WIFI = """Le réseau du collège s’appelle **RAP-Securise**. Il suffit de s’y connecter une fois par appareil.

## Avant de commencer

Ayez votre code d’accès (celui du portail) et votre mot de passe. S’il a plus d’un an, changez-le d’abord.

## Sur un ordinateur

1. Cliquez sur l’icône du réseau, en bas à droite.
2. Choisissez **RAP-Securise**, puis *Se connecter*.
3. Tapez votre code d’accès et votre mot de passe.
4. Acceptez le certificat de *radius.riviere-aux-pins.example*.

## Sur un téléphone

1. Ouvrez *Réglages*, puis *Wi-Fi*.
2. Choisissez **RAP-Securise** et tapez les mêmes renseignements.
3. Si l’on vous demande une méthode, prenez *PEAP*.

> [!TIP]
> Le réseau **RAP-Visiteurs** ne demande rien, mais il ne donne pas accès aux imprimantes.

## Si cela ne fonctionne pas

Oubliez le réseau dans les réglages, redémarrez l’appareil et recommencez. Sinon, passez au comptoir avec l’appareil.
"""
_WIFI_SIMPLE = """Il y a un seul réseau à choisir : **RAP-Securise**.

1. Touchez le petit éventail en bas à droite de l’écran.
2. Touchez la ligne **RAP-Securise**.
3. L’ordinateur demande deux choses : votre code d’accès, puis votre mot de passe. Ce sont ceux du portail.
4. Une question sur un certificat apparaît : répondez *oui*, c’est nous.

Votre appareil s’en souvient ensuite. Si vous restez coincé·e, venez au comptoir : nous le faisons avec vous.
"""
_WIFI_SPECIALISED = """SSID **RAP-Securise**, WPA2-Enterprise, PEAP/MSCHAPv2, identité anonyme vide.

- Autorité : *Cégep RAP – Racine*, nom du serveur `radius.riviere-aux-pins.example`.
- Linux : `nmcli` avec `802-1x.phase2-auth mschapv2` ; cochez la vérification du certificat.
- Les adresses MAC aléatoires sont acceptées ; les réservations DHCP se demandent au comptoir.
"""
_WIFI_EN = """The college’s network is called **RAP-Securise**. You connect each device once.

## Before you start

Have your access code (the portal’s) and your password ready. If it is more than a year old, change it first.

## On a computer

1. Click on the network icon, at the bottom right.
2. Choose **RAP-Securise**, then *Connect*.
3. Type your access code and your password.
4. Accept the certificate of *radius.riviere-aux-pins.example*.

## If it doesn’t work

Forget the network in the settings, restart the device and try again. Otherwise, come to the counter with it.
"""
_FORGOTTEN = """Vous pouvez le changer vous-même, sans attendre, si un téléphone ou une autre adresse est enregistré.

1. Ouvrez la page de connexion du portail et choisissez *Mot de passe oublié*.
2. Tapez votre code d’accès. Un code à six chiffres part vers votre téléphone.
3. Tapez ce code, puis un nouveau mot de passe : **douze signes au moins**, une phrase fait très bien l’affaire.
4. Attendez deux minutes, puis reconnectez-vous partout, téléphone compris.

> [!WARNING]
> Personne du Centre de services ne vous demandera jamais votre mot de passe, ni par courriel ni au téléphone.

Pas de téléphone enregistré ? Passez au comptoir avec une pièce d’identité.
"""
_FORGOTTEN_EN = """You can change it yourself at once if a telephone or another address is on file.

1. Open the portal’s sign-in page and choose *Forgotten password*.
2. Type your access code. A six-digit code goes to your telephone.
3. Type that code, then a new password: **twelve characters at least**; a sentence does very well.
4. Wait two minutes, then sign in everywhere again, on your telephone too.

> [!WARNING]
> Nobody at the service desk will ever ask for your password, by mail or on the telephone.
"""
_PRINTING = """## Imprimer

1. Imprimez vers la file **RAP-Impression**, de n’importe quel poste du collège.
2. Présentez votre carte devant l’imprimante de votre choix, dans les 24 heures.
3. Choisissez le document et *Imprimer*.

## Rien ne sort ?

- **L’écran dit « carte inconnue »** : votre carte n’est pas encore associée. Tapez votre code d’accès une fois.
- **La liste est vide** : le document est parti vers une autre file, ou plus de 24 heures ont passé.
- **Bourrage** : ouvrez les portes dans l’ordre des chiffres, sans tirer fort, et refermez-les toutes.
"""
_PROJECTOR = """| Ce que vous voyez | Ce qui aide |
|---|---|
| Écran bleu, « pas de signal » | Appuyez sur *Source*, puis choisissez **HDMI 1** |
| L’image n’est que sur l’ordinateur | `Windows` + `P`, puis *Dupliquer* |
| L’image est coupée | Clic droit sur le bureau, *Affichage*, 1920 × 1080 |
| Rien du tout | Le bouton rouge du pupitre coupe tout : relevez-le |

Le cours est commencé ? Composez le **4357** de la salle : quelqu’un vient.
"""
_PROJECTOR_NEW = _PROJECTOR + """
> [!NOTE]
> Dans le pavillon des sciences, l’entrée s’appelle **Pupitre** et non HDMI 1.
"""
_DOCK = """Les écrans reliés à une station d’accueil restent noirs au retour de veille, avec le pilote 1.4 et avant.

## En attendant

Débranchez la station **côté ordinateur**, comptez jusqu’à dix et rebranchez-la. Rien n’est perdu.

## Pour ne plus y revenir

Le Centre de services installe le pilote 1.5 à distance : dites simplement « écran noir » dans une demande.
"""
_SHARED = """Un dossier partagé se demande à la personne qui en répond : elle seule dit qui peut le lire ou y écrire.

1. Ouvrez *Demander de l’aide*, puis *Accès à un dossier*.
2. Collez le chemin du dossier et dites si vous devez seulement lire, ou écrire aussi.
3. La personne responsable reçoit la question ; l’accès s’ouvre dès qu’elle dit oui.

Fermez ensuite votre session et rouvrez-la : les droits sont lus à ce moment-là.
"""
_PHISHING = """Un courriel vous presse, demande un mot de passe ou mène à une page qui ressemble à la nôtre ?

1. **Ne cliquez pas**, ne répondez pas.
2. Dans Outlook, choisissez *Signaler un hameçonnage*.
3. Vous avez déjà cliqué ? Changez votre mot de passe tout de suite, puis téléphonez-nous au 819 555-0199.

Vous ne dérangez jamais pour cela : une minute compte.
"""
_VPN_AGENTS = """Le client VPN refuse la connexion avec « erreur 13 » quand l’horloge du poste s’écarte de cinq minutes.

1. Faites lire l’heure affichée à la personne.
2. `w32tm /resync` dans une invite ouverte en tant qu’administrateur.
3. Si l’écart revient : pile de la carte mère, poste à remplacer.
"""
_RADIUS = """Ordre de redémarrage du service RADIUS, après une coupure :

1. Les deux contrôleurs de domaine, puis cinq minutes d’attente.
2. `systemctl restart freeradius` sur le secondaire, essai avec `radtest`.
3. Le primaire, même essai. **Jamais les deux à la fois.**

Les bornes du pavillon des sciences gardent l’ancienne adresse dix minutes : c’est normal.
"""
_DRAFT = """À compléter : captures de la nouvelle page.

1. Ouvrez Léa, puis *Évaluations*.
2. Choisissez *Importer*, puis le fichier CSV exporté de votre cahier.
"""
COLLEGE = (
    Written("wifi", "nadia", 25, "Se connecter au Wi-Fi du collège", _WIFI, "wifi", audience="public",
            wordings={"inexperienced": _WIFI_SIMPLE, "specialised": _WIFI_SPECIALISED},
            helped=("amelie", "lucie", "olivier", "kateri"),
            failed=(("luis", "did_not_work", "Android 9 : pas de PEAP."),)),
    Written("wifi-en", "nadia", 24, "Connecting to the college’s Wi-Fi", _WIFI_EN, "wifi", audience="public",
            language="en", translates="wifi", helped=("rachel", "samuel")),
    Written("password", "felix", 23, "Changer un mot de passe oublié", _FORGOTTEN, "password", audience="public",
            helped=("ginette", "denis", "zoe")),
    Written("password-en", "felix", 23, "Changing a forgotten password", _FORGOTTEN_EN, "password", audience="public",
            language="en", translates="password", helped=("rachel",)),
    Written("printing", "marie-eve", 21, "Imprimer, et quoi faire si rien ne sort", _PRINTING, "printing",
            helped=("lucie",), failed=(("isabelle", "unclear", "Où est la file RAP-Impression ?"),
                                       ("bernard", "not_my_case", ""), ("tomasz", "unclear", ""))),
    Written("projector", "felix", 20, "Le projecteur n’affiche rien", _PROJECTOR, "projector", kind="question",
            revised=("Le nom de l’entrée au pavillon des sciences.", _PROJECTOR_NEW),
            helped=("jean-francois", "amelie")),
    Written("dock", "karim", 8, "Écran noir au retour de veille avec une station d’accueil", _DOCK, "hardware",
            kind="known_error", review_in=20, helped=("isabelle",)),
    Written("shared", "marie-eve", 18, "Demander l’accès à un dossier partagé", _SHARED, "rights"),
    Written("phishing", "priya", 15, "Un courriel suspect : que faire ?", _PHISHING, "security", kind="question",
            audience="public", helped=("ginette", "marguerite")),
    Written("vpn", "karim", 12, "VPN : « erreur 13 » et horloge du poste", _VPN_AGENTS, "network", kind="known_error",
            audience="agents"),
    Written("radius", "priya", 11, "Redémarrer RADIUS dans le bon ordre", _RADIUS, "wifi", audience="agents",
            from_rank=3, review_in=5),
    Written("grades", "marie-eve", 1, "Importer des notes dans Léa", _DRAFT, "grades", published=False),
)

_SCAN = """1. Posez la feuille, écrit vers le haut, dans le bac du dessus.
2. Choisissez *Numériser vers courriel*, puis votre nom.
3. Le fichier arrive en PDF dans la minute. Au-delà de 20 pages, il arrive en plusieurs messages.

Votre nom n’est pas dans la liste ? Dites-le-nous : c’est réglé dans l’heure.
"""
_BACKUP = """Un fichier effacé ou écrasé se retrouve presque toujours : les sauvegardes gardent **trente jours**.

1. Dites-nous le chemin du fichier et quand il était encore bon.
2. N’enregistrez rien d’autre sous ce nom d’ici là.
3. Nous le remettons à côté, sous le même nom suivi de la date.
"""
_SCANNER = """Maintenez la gâchette et le bouton jaune dix secondes : l’appareil redémarre et retrouve le réseau.

Un seul lecteur est touché ? Changez sa pile d’abord. Tous le sont ? Appelez-nous : c’est la borne Wi-Fi du quai.
"""
COMPANY = (
    Written("scan", "aurelie", 20, "Numériser vers sa boîte aux lettres", _SCAN, "printing"),
    Written("backup", "gregory", 17, "Retrouver un fichier effacé", _BACKUP, "backup", kind="question"),
    Written("scanner", "loic", 9, "Le lecteur de codes-barres ne répond plus", _SCANNER, "scanner"),
)
