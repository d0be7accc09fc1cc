"""What people of the college wait for besides the great stories: Amélie’s own tickets, monitoring, the last hour."""
# fmt: off

from guichet.demo import cast, props
from guichet.demo.stage import Stage, Story


def course_notes(s: Stage) -> Story:
    """Resolved; Amélie has the say."""
    yield s.at(2, "15:35")
    t = s.open("amelie", "Mes corrigés ne se publient plus dans le portail",
               "Quand je publie un corrigé, le portail tourne puis affiche une page blanche. Les étudiants "
               "l’attendent.",
               impact="group", urgency="hampered", category="portal",
               facts={"environment": "Firefox 132, Windows 11", "since": "Deux jours",
                      "tried": "Un autre navigateur, un fichier plus petit", "availability": "Mardi et jeudi, 13 h à "
                      "16 h"},
               uploads=[props.screenshot("page-blanche.png", lines=(40,))])
    yield s.later(30)
    s.reply(t, "nadia", "Bonjour Amélie, j’obtiens la même page blanche. Le nom du fichier contient-il des accents ou "
            "une apostrophe ?")
    s.hold(t, "nadia", "requester", s.hence(days=2, clock="12:00"))
    yield s.at(1, "8:20")
    s.reply(t, "amelie", "Oui, tous : « Corrigé de l’épreuve no 2.pdf ». C’était pareil l’an dernier, sans problème.")
    s.watch(t, "amelie", "tomasz")
    name = s.suppose(t, "nadia", "Le portail refuse l’apostrophe typographique dans les noms de fichiers")
    s.tried(t, "nadia", "workaround", "Fichier renommé sans apostrophe.", on="Cours 601-102", hypothesis=name,
            test="Publié, puis ouvert avec un compte d’essai.", worked=True)
    s.reply(t, "nadia", "C’est bien l’apostrophe. Sans elle, votre corrigé se publie. Je demande la correction.")
    s.hand(t, "nadia", cast.ANALYSTS, "specialist", note="Apostrophe typographique refusée depuis la 7.3.")
    yield s.at(1, "10:05")
    s.take(t, "genevieve")
    s.judge(name, "genevieve", "confirmed", "Filtre trop strict ajouté en 7.3 ; réglage trouvé.")
    fix = s.tried(t, "genevieve", "fix", "Filtre des noms de fichiers élargi. Essayé d’abord sur la plateforme de "
                  "test.",
                  on="Plateforme de test, puis portail", hypothesis=name,
                  test="Vingt noms avec accents, apostrophes et traits d’union.", worked=True)
    yield s.at(0, "8:25")
    s.resolve(t, "genevieve", fix, "Vous pouvez de nouveau garder vos noms de fichiers, apostrophes comprises. "
              "Dites-nous si tout fonctionne chez vous.")


def committee(s: Stage) -> Story:
    """Waits for Amélie's answer."""
    yield s.at(1, "14:10")
    t = s.open("amelie", "Accès au dossier du comité de lecture", "Je rejoins le comité de lecture et j’ai besoin du "
               "dossier.",
               type="access", urgency="none",
               answers={"system": "folder", "folder": "P:\\Comités\\Lecture", "right": "write",
                        "approved_by": "M. Quirion"})
    yield s.later(35)
    s.reply(t, "felix", "Bonjour Amélie, il existe deux dossiers « Lecture » : celui du comité de programme et celui "
            "de la bibliothèque. Lequel vous faut-il ?")
    s.hold(t, "felix", "requester", s.hence(days=3, clock="12:00"), note="Lequel des deux dossiers « Lecture » ?")


def battery(s: Stage) -> Story:
    """Opened by the monitoring through the API, treated in the quiet."""
    yield s.at(5, "3:14")
    t = s.open("etienne", "Onduleur du local S-001 : batterie faible", "Autonomie estimée à 4 minutes (seuil : 10).",
               impact="department", urgency="none", category="network", channel="api", asset="OND-S001")
    yield s.at(5, "8:05")
    s.take(t, "etienne")
    s.override(t, "etienne", "S3", "Le local alimente tout le Pavillon des Sciences : quatre minutes ne suffisent pas.")
    s.tag(t, "etienne", "fournisseur")
    yield s.at(2, "10:00")
    fix = s.tried(t, "etienne", "fix", "Batteries remplacées, test de décharge fait.", on="OND-S001",
                  test="22 minutes d’autonomie à pleine charge.", worked=True)
    s.resolve(t, "etienne", fix)
    s.confirm(t, "etienne")


def calendar_overdue(s: Stage) -> Story:
    """Overdue: what was promised for this morning has not come."""
    yield s.at(1, "13:30")
    t = s.open("bernard", "Mon calendrier n’est plus visible pour mon adjointe",
               "Mme Lafrenière ne voit plus mes rendez-vous et nous avons une visite du ministère cette semaine.",
               urgency="blocked", category="mail", channel="mail")
    yield s.later(30)
    s.reply(t, "marie-eve", "Bonjour M. Quirion, je regarde le partage de votre calendrier.")
    s.prioritise(t, "helene", 2, "Visite du ministère cette semaine.")
    s.promise(t, "marie-eve", "Le partage de votre calendrier est rétabli", max(s.ago(minutes=95), s.after(20)))


def answer_overdue(s: Stage) -> Story:
    """Overdue: nobody has answered yet."""
    yield s.ago(minutes=52)
    s.open("eve", "Le lecteur d’écran ne parle plus dans la salle d’examens adaptés",
           "Deux étudiants passent un examen tout à l’heure et le lecteur d’écran est muet sur les deux postes.",
           impact="group", urgency="stopped", category="software", facts={"place": "R-140"})


def payroll(s: Stage) -> Story:
    """Nadia's, promised within the hour."""
    yield s.at(0, "9:35")
    t = s.open("nathalie", "Le logiciel de paie refuse les heures de fin de session",
               "Mme Joyal appelle : à l’enregistrement, « période fermée ». La paie doit partir demain.",
               impact="group", urgency="blocked", by="nadia", channel="phone", category="software",
               facts={"error_message": "Période fermée (code 412)", "place": "R-131", "tried": "Fermer et rouvrir"})
    s.take(t, "nadia")
    s.tried(t, "nadia", "workaround", "Saisie depuis le poste d’une collègue.", on="POSTE-1320",
            test="Même message « période fermée ».", worked=False)
    s.suppose(t, "nadia", "La période a été fermée un jour trop tôt dans le calendrier de paie",
              "Le calendrier affiché se termine hier.")
    s.reply(t, "nadia", "Je vérifie le calendrier de paie avec les ressources financières et je vous rappelle.",
            channel="phone")
    s.watch(t, "nadia", "mireille")
    s.promise(t, "nadia", "Nadia vous rappelle avec la date corrigée", s.ahead(minutes=50))


def fresh(s: Stage) -> list[Story]:
    """What came in during the last hour."""

    def question() -> Story:
        yield s.ago(minutes=41)
        t = s.open("samuel", "How do I print from my own laptop?",
                   "I am a new student. Is there a way to print in the library from my own laptop?",
                   type="information", urgency="none", channel="chat")
        yield s.ago(minutes=33)
        s.reply(t, "nadia", "Hello Samuel, yes: open print.riviere-aux-pins.example, sign in and send your file. Then "
                "swipe your card at any printer.", channel="chat")
        yield s.ago(minutes=29)
        s.reply(t, "samuel", "It asks for a balance. Where can I add money?", channel="chat")

    def socket() -> Story:
        yield s.ago(minutes=17)
        s.open("denis", "La prise réseau du magasin est arrachée", "Le chariot a accroché la prise. Je suis sur mon "
               "téléphone.",
               urgency="blocked", category="cable", facts={"place": "Magasin M-002"})

    def slides() -> Story:
        yield s.ago(minutes=12)
        s.open("amelie", "Mes diapositives ne s’affichent pas au R-205",
               "L’écran du local reste bleu quand je branche mon portable. J’ai un cours dans une heure et demie.",
               impact="group", urgency="hampered", category="projector", asset="PROJ-R205",
               facts={"place": "R-205", "tried": "Un autre câble"})

    def account() -> Story:
        yield s.ago(minutes=4)
        s.open("zoe", "Mon compte est verrouillé", "Trois essais ratés et me voilà dehors. J’ai une remise à 23 h 59 !",
               urgency="blocked", category="password")

    return [question(), socket(), slides(), account()]


TODAY = (course_notes, committee, battery, payroll, calendar_overdue, answer_overdue)
