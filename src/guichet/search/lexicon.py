"""The small words of French and English, and the few words that stand for others in our trade (pure)."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Folded. They say nothing of what a text is about, so they are left out of the index of a text in their language;
# « son » is missing on purpose, since a screen may have none.
FRENCH_SMALL = _listed(
    """
    a afin ai aient ainsi alors apres as au aucun aucune aujourdhui auquel aura aurait aussi autre autres aux avaient
    avais avait avant avec avez avoir avons ayant bien bonjour bonsoir car ce ceci cela celle celles celui ces cet cette
    ceux chaque chez ci comme comment cordialement dans de depuis des desormais deux dois doit donc dont du durant elle
    elles en encore entre es est et etaient etais etait etant ete etes etre eu eux faire fait faut furent il ils ici je
    jusque la laquelle le lequel les lesquels leur leurs lors lorsque lui ma mais me meme memes merci mes moi moins mon
    ne ni nos notre nous on ont ou par parce pas pendant peu peut peuvent peux plus plusieurs pour pourquoi pourrait
    pourriez pouvez pouvoir puis puisque qu quand que quel quelle quelles quels qui quoi sa sans se sera serait seront
    ses seulement si soit sommes sont sous suis sur ta tandis te tes toi ton toujours tous tout toute toutes tres trop
    tu un une vers veuillez voici voila vos votre vous vraiment y
    """
)
ENGLISH_SMALL = _listed(
    """
    a about after again all also am an and any are arent as at be because been before being both but by can cannot cant
    could couldnt did didnt do does doesnt doing dont each every for from had has have having he hello her here hers hi
    him his how i if in into is isnt it its ive just let like me more most much my no nor not of on once only or other
    our ours out please same she should since so some such than thank thanks that the their theirs them then there these
    they this those though to too very was wasnt we were what when where which while who whom whose why will with wont
    would you your yours
    """
)
SMALL = FRENCH_SMALL | ENGLISH_SMALL

# What tells the language of a text, of one without small words too, such as a title. AI is no sign of French.
FRENCH_SIGNS = (FRENCH_SMALL - ENGLISH_SMALL - {"ai"}) | _listed(
    """
    bloque bloquee clavier compte courriel demande ecran erreur fichier impossible imprimante lent logiciel marche
    messagerie nouveau nouvelle ordinateur panne partage passe poste probleme reseau salle sauvegarde serveur souris
    """
)
ENGLISH_SIGNS = (ENGLISH_SMALL - FRENCH_SMALL) | _listed(
    """
    access account backup blocked broken cannot computer crash crashed crashes error failed failing file folder issue
    keyboard laptop locked login mailbox missing mouse needed network new password printer problem request room screen
    server shared slow software unable user working
    """
)

# Pronouns after a hyphen: « peut-il », « envoyez-moi », « celui-ci » are two words.
AFTER_HYPHEN = _listed("ce ci elle elles en il ils je la le les leur lui moi nous on t toi tu vous y")
# What stands before an apostrophe in French, and after one in English, is no word by itself.
BEFORE_APOSTROPHE = _listed("c d j jusqu l lorsqu m n puisqu qu quoiqu s t")
AFTER_APOSTROPHE = _listed("d ll m re s ve")

# Only what is asked widens; what was written is indexed as written. Folded, each line a ring of equals.
_SAID_ALSO = (
    "appli application app",
    "cle clef",
    "courriel email mail mel",
    "mdp passe password pwd",
    "ordinateur ordi pc",
    "probleme pb",
    "telephone tel",
    "video visio",
)
SAID_ALSO = {
    word: tuple(w for w in ring.split() if w != word)
    for ring in _SAID_ALSO
    for word in ring.split()
    # « Passe » alone isn't always a password.
    if word != "passe"
}
