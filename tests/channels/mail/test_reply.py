"""The newly written part of a message, apart from its signature and from what it quotes."""

import hashlib
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guichet.channels.mail.quote_words import BLANKS
from guichet.channels.mail.reply import separate

QUOTED = "> Avez-vous redémarré ?\n> Merci\n"

ATTRIBUTIONS = [
    "On Tue, 2 Mar 2021 at 18:02, Ana Roy <ana@example.org> wrote:",
    "On Tue, Mar 2, 2021 at 6:02 PM Ana Roy\n<ana@example.org>\nwrote:",
    "On Mar 2, 2021, at 6:02 PM, Ana Roy <ana@example.org> wrote:",
    "On 02/03/2021 18:02, Ana Roy via Support wrote:",
    "At 02/03/2021 06:02 PM, you wrote:",
    'On Tuesday, March 2, 2021, 06:02:00 PM GMT+1, "Ana Roy" <ana@example.org> wrote:',
    "Le mar. 2 mars 2021 à 18:02, Ana Roy <ana@example.org> a écrit :",
    "Le mar. 2 mars 2021 à 18:02, Ana Roy <ana@example.org> a\nécrit :",
    "Le 02/03/2021 à 18:02, Ana Roy a écrit\u00a0:",
    "Le 2 mars 2021 à 18:02, Ana Roy\n<ana@example.org>\na écrit\u202f:",
    "Le mardi 2 mars 2021 à 18:02:00 UTC+1, Ana Roy <ana@example.org> a écrit :",
    "Le 2 mars 2021 18:02, Ana Roy <ana@example.org> a écrit :",
    "Am Di., 2. März 2021 um 18:02 Uhr schrieb Ana Roy <ana@example.org>:",
    "Am Di., 2. März 2021 um 18:02 Uhr schrieb Ana Roy <\nana@example.org>:",
    "Am 02.03.21 um 18:02 schrieb Ana Roy:",
    "Am 02.03.2021 um 18:02 hat Ana Roy <ana@example.org> geschrieben:",
    "Ana Roy <ana@example.org> schrieb am Di., 2. März 2021, 18:02:",
    "El mar, 2 mar 2021 a las 18:02, Ana Roy (<ana@example.org>) escribió:",
    "El 2/3/21 a las 18:02, Ana Roy escribió:",
    "El martes, 2 de marzo de 2021 18:02:00 CET, Ana Roy\n<ana@example.org> escribió:",
    "Op di 2 mrt. 2021 om 18:02 schreef Ana Roy <ana@example.org>:",
    "Op 02-03-2021 om 18:02 schreef Ana Roy:",
    "Op 2 mrt. 2021 om 18:02 heeft Ana Roy <ana@example.org> het volgende geschreven:",
    "Il giorno mar 2 mar 2021 alle ore 18:02 Ana Roy <ana@example.org> ha scritto:",
    "Em ter., 2 de mar. de 2021 às 18:02, Ana Roy <ana@example.org> escreveu:",
    "2021-03-02 18:02 GMT+01:00 Ana Roy <ana@example.org>:",
    "<ana@example.org> wrote:",
    "Ana Roy <ana@example.org> a écrit :",
    "---- On Tue, 02 Mar 2021 18:02:00 +0100 Ana Roy <ana@example.org> wrote ----",
    "------- Original Message -------\nOn Tuesday, March 2nd, 2021 at 18:02, Ana Roy <ana@example.org> wrote:",
    "Quoting Ana Roy <ana@example.org>:",
    "On Tue, 02 Mar 2021 18:02:00 +0100 Ana Roy <ana@example.org> wrote",
    '02.03.2021, 18:02, "Ana Roy" <ana@example.org>:',
    "Tuesday, 2 March 2021, 6:02 PM +0100 from Ana Roy <ana@example.org>:",
]

BLOCKS = [
    "From: Ana Roy <ana@example.org>\nSent: Tuesday, March 2, 2021 6:02 PM\nTo: Support <it@example.org>\n"
    "Subject: Printer",
    "*From:* Ana Roy [mailto:ana@example.org]\n*Sent:* Tuesday, March 2, 2021 6:02 PM\n*To:* Support\n"
    "*Subject:* Printer",
    "De : Ana Roy <ana@example.org>\nEnvoyé : mardi 2 mars 2021 18:02\nÀ : Support <it@example.org>\n"
    "Objet : Imprimante",
    "De\u00a0: Ana Roy\nEnvoyé\u00a0: mardi 2 mars 2021 18:02\nA\u00a0: Support\nCc\u00a0: Luc Petit\n"
    "Objet\u00a0: RE: Imprimante",
    "*De :* Ana Roy\n*Date :* 2 mars 2021 à 18:02:00\n*À :* Support\n*Objet :* Imprimante",
    "Von: Ana Roy <ana@example.org>\nGesendet: Dienstag, 2. März 2021 18:02\nAn: Support\nBetreff: Drucker",
    "De: Ana Roy <ana@example.org>\nEnviado: martes, 2 de marzo de 2021 18:02\nPara: Soporte\nAsunto: Impresora",
    "Van: Ana Roy <ana@example.org>\nVerzonden: dinsdag 2 maart 2021 18:02\nAan: Support\nOnderwerp: Printer",
    "________________________________\nFrom: Ana Roy <ana@example.org>\nSent: Tuesday, March 2, 2021 6:02 PM\n"
    "To: Support <it@example.org>;\n Luc Petit <luc@example.org>\nSubject: A very long subject\n that is folded",
    " ------------------------------\n\n*De :* Ana Roy\n*Envoyé :* 2 mars 2021\n*À :* Support\n*Objet :* Imprimante",
    "-----Original Message-----\nFrom: Ana Roy\nSent: Tuesday, March 2, 2021 6:02 PM\nTo: Support\nSubject: Printer",
    "-----Message d'origine-----\nDe : Ana Roy\nEnvoyé : mardi 2 mars 2021 18:02\nÀ : Support\nObjet : Imprimante",
    "-----Ursprüngliche Nachricht-----\nVon: Ana Roy\nGesendet: Dienstag, 2. März 2021 18:02\nAn: Support\n"
    "Betreff: Drucker",
    "-----Mensaje original-----\nDe: Ana Roy\nEnviado el: martes, 2 de marzo de 2021 18:02\nPara: Soporte\n"
    "Asunto: Impresora",
    "-----Oorspronkelijk bericht-----\nVan: Ana Roy\nVerzonden: dinsdag 2 maart 2021 18:02\nAan: Support\n"
    "Onderwerp: Printer",
    "-------- Message d'origine --------\nDe : Ana Roy <ana@example.org>\nDate : 02/03/2021 18:02 (GMT+01:00)\n"
    "À : it@example.org\nObjet : Imprimante",
    "-------- Message d'origine --------De : Ana Roy <ana@example.org> Date : 02/03/21 18:02 (GMT+01:00) À : it@x.org",
    "From:\tAna Roy/Org\nTo:\tSupport/Org@Org\nDate:\t02/03/2021 18:02\nSubject:\tPrinter",
    "From: Ana Roy <ana@example.org> Sent: Tuesday, March 2, 2021 6:02 PM To: Support Subject: Printer",
    "From: Ana Roy\n\nSent: Tuesday, March 2, 2021 6:02 PM\n\nTo: Support\n\nSubject: Printer",
    "---------- Forwarded message ---------\nDe : Ana Roy <ana@example.org>\nDate: mar. 2 mars 2021 à 18:02\n"
    "Subject: Imprimante",
    "Début du message transféré :\n\nDe: Ana Roy\nObjet: Imprimante\nDate: 2 mars 2021\nÀ: Support",
    "====\n\nMessage du : 02/03/2021 18:02\nDe : Ana Roy\nA : Support\nCopie à :\nSujet : Imprimante",
    "Message du 02/03/21 18:02\nDe : Ana Roy <ana@example.org>\nA : Support\nCopie à :\nObjet : Imprimante",
    "##- Please type your reply above this line -##",
    "--- Répondez au-dessus de cette ligne ---",
]

SIGNATURES = [
    "-- \nJean Petit\nService financier",
    "--\nJean Petit\n\n01 23 45 67 89",
    "-- Jean",
    "__\nJean Petit",
    "_______________\nlist@example.org",
    "-Jean Petit",
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from my iPad, please excuse any typos",
    "Sent from Yahoo Mail on Android",
    "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "Get [Outlook for iOS](https://aka.ms/o0ukef)",
    "Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon appareil mobile Samsung.",
    "Envoyé à partir de Outlook pour Android",
    "Envoyé à partir d’Outlook Mobile",
    "Envoyé de mon appareil Android avec K-9 Mail. Veuillez excuser ma brièveté.",
    "Télécharger Outlook pour iOS",
    "Obtenir Outlook pour Android<https://aka.ms/AAb9ysg>",
    "Provenance : Courrier pour Windows 10",
    "Von meinem iPhone gesendet",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Gesendet von Mail für Windows 10",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Outlook für iOS beziehen",
    "Holen Sie sich Outlook für Android",
    "Enviado desde mi iPhone",
    "Enviado desde mi teléfono inteligente Samsung",
    "Enviado desde Correo para Windows 10",
    "Obtener Outlook para iOS",
    "Verzonden vanaf mijn iPhone",
    "Verstuurd vanaf mijn iPad",
    "Verzonden vanuit Mail voor Windows 10",
    "Outlook voor Android downloaden",
    "Sent from my BlackBerry 10 smartphone on the Bell network.",
    "Garanti sans virus. www.avast.com",
]

NEW = "Oui, deux fois.\n\nL'écran reste noir."

PLAIN = [
    "",
    "   \n\n",
    "Bonjour,\n\nL'imprimante du 2e est en panne.\n\nMerci",
    "On the old laptop I tried this:\n\n    ping 10.0.0.1\n\nNothing came back.",
    "Le serveur que Paul a installé à 10:30 ne répond plus :\n\nerreur 500",
    "Le 2 mars 2021 à 10:30 il m'a écrit :\n« Rien ne marche »\n\nQue répondre ?",
    "Voici le détail :\n\n- un point\n- un autre\n\n-v ne change rien, ni -x",
    "Options :\n\n-a tout\n-b rien",
    "J'ai essayé ceci :\n\n-Redémarrer le poste",
    "Le journal dit :\n\n2021-03-02 18:02:11 ERROR mail from <a@example.org>:\ntimeout\n\nMerci",
    "Serveur  Etat\n-------  ----\nA        ok\n\n---\n\n" + "Suite du compte rendu.\n" * 15,
    "Le rapport :\n\n>>> import this\nTraceback\n>>> 1/0\nZeroDivisionError",
    "The fix -- see below -- works.\n\nThanks",
    "Here is the log:\n\n---------------\nTraceback (most recent call last)\n---------------",
    "Sent from my office, because the mobile phone has no network here.",
    "J'ai envoyé le fichier depuis mon téléphone et rien n'arrive.\n\n"
    "Envoyé hier depuis mon téléphone mais rien n'est arrivé chez vous.",
    "From: Paris\nTo: Lyon\n\nThe train was late.",
    "Name    Count\n-----   -----\nfoo     3",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "Check:\n\n$ ls\n  -rw-r--r-- 1 me me 3 a > b\nIs it right?",
    "These are the headers of the spam:\n\nReceived: from x by y\nFrom: a@example.org\n"
    "Date: Mon, 1 Mar 2021 10:00:00 +0000\n"
    "Subject: win\nTo: me@example.org\n\nIs it dangerous?",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_an_attribution_goes_with_what_it_announces(attribution: str, gap: str) -> None:
    got = separate(f"{NEW}\n\n{attribution}{gap}{QUOTED}")
    assert got.new == NEW
    assert got.quoted.startswith(attribution) and got.quoted.endswith("> Merci")
    assert got.signature == ""


@pytest.mark.parametrize("attribution", [a for a in ATTRIBUTIONS if "Quoting" not in a])
def test_what_is_quoted_without_marks_is_known_by_its_attribution(attribution: str) -> None:
    got = separate(f"{NEW}\n\n{attribution}\n\nAvez-vous redémarré ?\n\nMerci\n")
    assert got.new == NEW
    assert got.quoted.endswith("redémarré ?\n\nMerci")


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_everything_below_a_block_of_header_lines_is_quoted(block: str, gap: str) -> None:
    got = separate(f"{NEW}{gap}{block}\n\nBonjour,\n\nAvez-vous redémarré ?\n\n-- \nAna\n")
    assert got.new == NEW
    assert got.quoted.strip() == f"{block}\n\nBonjour,\n\nAvez-vous redémarré ?\n\n--\nAna".strip()


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_no_part_of_what_was_written(signature: str) -> None:
    got = separate(f"{NEW}\n\n{signature}\n")
    assert (got.new, got.signature, got.quoted) == (NEW, signature.replace("-- \n", "--\n"), "")
    got = separate(f"{NEW}\n\n{signature}\n\nLe 2 mars 2021 à 18:02, Ana Roy <a@example.org> a écrit :\n\n{QUOTED}")
    assert (got.new, got.signature) == (NEW, signature.replace("-- \n", "--\n"))


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_looks_like_a_quote_or_a_signature_stays(text: str) -> None:
    got = separate(text)
    assert (got.new, got.signature, got.quoted) == (text.strip(), "", "")


def test_a_marked_line_that_was_broken_on_its_way_is_still_quoted() -> None:
    long = "> Nous avons bien reçu votre demande du 2 mars, et nous vous remercions de votre"
    text = f"{NEW}\n\nLe 02/03/2021 à 18:02, Ana Roy a écrit :\n\n{long}\npatience.\n>\n> Ana"
    assert separate(text).new == NEW
    answered = f"{long[:40]} ?\noui\n> {long}\nVoilà.\n> Merci."
    assert separate(answered).new.endswith("Voilà.")


def test_answers_between_quoted_passages_keep_their_questions() -> None:
    text = (
        "Le 02/03/2021 à 18:02, Ana Roy a écrit :\n> Quel modèle ?\n\nUn M402.\n\n> Depuis quand ?\n\nDepuis lundi.\n\n"
        "> Bien à vous,\n> Ana\n\n-- \nJean"
    )
    got = separate(text)
    assert got.new.startswith("Le 02/03/2021") and got.new.endswith("Depuis lundi.")
    assert (got.quoted, got.signature) == ("> Bien à vous,\n> Ana", "--\nJean")


def test_an_answer_below_the_quoted_message_keeps_it() -> None:
    text = "-----Original Message-----\nFrom: Ana\nSent: Monday 10:00\nSubject: Printer\n\n> Which model?\n\nAn M402."
    assert separate(text).new == text


def test_signatures_above_and_below_the_quote_are_both_found() -> None:
    got = separate(
        f"{NEW}\n\nEnvoyé de mon iPhone\n\n> Le 2 mars 2021 à 18:02, Ana a écrit :\n>\n{QUOTED}\n-- \nJean\n"
    )
    assert (got.new, got.signature) == (NEW, "Envoyé de mon iPhone\n--\nJean")


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my iPhone",
        "> seulement\n> cité",
        "-- \nJean",
        "---------- Forwarded message ---------\nFrom: Ana <a@example.org>\nDate: 2 March\nSubject: Printer\n\n"
        "It is broken.",
        "On Tue, 2 Mar 2021 at 18:02, Ana Roy <ana@example.org> wrote:\n\nOnly this.",
        "Sent from my iPhone\n\nOn Tue, 2 Mar 2021 at 18:02, Ana Roy <ana@example.org> wrote:\n\nOnly this.",
    ],
)
def test_a_message_of_which_nothing_would_be_left_is_kept_whole(text: str) -> None:
    got = separate(text)
    assert (got.new.split(), got.signature, got.quoted) == (text.split(), "", "")


def test_windows_and_old_line_ends_and_invisible_characters() -> None:
    text = f"{NEW}\n\u200b\n\ufeffOn Tue, 2 Mar 2021 at 18:02, Ana Roy <ana@example.org> wrote:\n{QUOTED}"
    assert separate(text.replace("\n", "\r\n")).new == NEW
    assert separate(text.replace("\n", "\r")).new == NEW


# -- Properties -------------------------------------------------------------------------------------------------------

LINES = st.one_of(
    st.sampled_from(
        [line for part in (*ATTRIBUTIONS, *BLOCKS, *SIGNATURES, *PLAIN, QUOTED, NEW) for line in part.split("\n")]
        + [
            "",
            "",
            ">",
            "> >",
            ">> wrote:",
            "On ",
            "a écrit :",
            "From:",
            "--",
            "---",
            ":",
            ">:",
            "<a@b>",
            "\u200b",
            "\x0c",
        ]
    ),
    st.text(max_size=30),
)


def said(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line.rstrip() for line in lines if line.strip().strip(BLANKS)]


@given(st.lists(LINES, max_size=25).map("\n".join))
@example("\x1c\n> a")
@example("a\n\u2028b\n> c")
def test_every_line_is_in_one_of_the_three_parts(text: str) -> None:
    got = separate(text)
    assert sorted(said(got.new) + said(got.signature) + said(got.quoted)) == sorted(said(text))
    assert bool(said(got.new)) == bool(said(text))


@given(st.lists(LINES, max_size=15).map("\n".join))
def test_what_is_new_stays_new_when_it_is_read_again(text: str) -> None:
    once = separate(text).new
    assert said(once) == said(text)[: len(said(once))]  # only what trails is taken away


# -- Cost -------------------------------------------------------------------------------------------------------------

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "x" * MEGABYTE,
        "On " * (MEGABYTE // 3),
        "On \n" * (MEGABYTE // 4),
        "On 1 Jan 2020 at 10:00\n" * (MEGABYTE // 23),
        "a@b\n" * (MEGABYTE // 4),
        "On Monday 10:00 a@b wrote\n" * (MEGABYTE // 26),
        "wrote:\n" * (MEGABYTE // 7),
        "wrote: " * (MEGABYTE // 7),
        ">" * MEGABYTE,
        "> \n" * (MEGABYTE // 3),
        "> a\nb\n" * (MEGABYTE // 6),
        ">" * 1000 + "\n" + (">" * 999 + "\n") * 1000,
        "\n" * MEGABYTE,
        "From: a\n" * (MEGABYTE // 8),
        "From: a\nx\n\n" * (MEGABYTE // 11),
        "-- \n" * (MEGABYTE // 4),
        "a\n\n-- \n" * (MEGABYTE // 7),
        "> a\n\n-- \n" * (MEGABYTE // 9),
        "-" * MEGABYTE,
        "-----\n" * (MEGABYTE // 6),
        "Sent from my " + "a " * (MEGABYTE // 2),
        "Sent from my a b c d e f g h i j k l m n o p\n" * (MEGABYTE // 45),
        "-----Original Message-----\n" * (MEGABYTE // 27),
        " " * MEGABYTE + "x",
        "<" * MEGABYTE,
        "@" * MEGABYTE,
        "a." * (MEGABYTE // 2) + "@:",
    ],
    ids=range(27),
)
def test_a_megabyte_of_anything_is_read_in_a_moment(text: str) -> None:
    started = time.process_time()
    separate(text)
    assert time.process_time() - started < 4


# -- The two libraries' texts -----------------------------------------------------------------------------------------

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
# What both libraries' own tests let be seen, by file: how long it is, and the beginning of its sha256.
EXPECTED = {
    "correct_sig": "45 5f9baae9efe0",
    "email_1_1": "134 c5281dbbd27c",
    "email_1_2": "1013 27fb0087d2b3",
    "email_1_3": "47 45a699de166f",
    "email_1_4": "47 d5df5f5ea29d",
    "email_1_5": "423 18d397a40a4f",
    "email_1_6": "72 f82076b79300",
    "email_1_7": "4 4069a5e41439",
    "email_1_8": "538 2025b144bfec",
    "email_2_1": "20 6877eb4efc86",
    "email_2_2": "40 c56b35a13dee",
    "email_2_3": "40 c56b35a13dee",
    "email_BlackBerry": "21 f00d7af645cd",
    "email_bullets": "117 668b99fbc4c8",
    "email_iPhone": "21 f00d7af645cd",
    "email_long_quote": "766715 032d69fa382f",
    "email_multi_word_sent_from_my_mobile_device": "21 f00d7af645cd",
    "email_one_is_not_on": "104 cc1568514a1d",
    "email_sent_from_my_not_signature": "78 eef4f758069d",
    "email_sig_delimiter_in_middle_of_line": "82 058c82f46d29",
    "greedy_on": "167 a20fd18ab4df",
    "pathological": "97 e81421c2206e",
}
ONLY_ZAPIER = {
    "email_2_3": "55 86c339933859",
    "email_gmail": "54 372b61682240",
    "email_headers_no_delimiter": "18 52528a94eae7",
    "email_partial_quote_header": "167 a20fd18ab4df",
}


def fingerprint(text: str) -> str:
    return f"{len(text.strip())} {hashlib.sha256(text.strip().encode()).hexdigest()[:12]}"


@pytest.mark.parametrize("folder", ["reply_github", "reply_zapier"])
def test_the_reply_parsers_own_texts_are_separated_as_they_say(folder: str) -> None:
    emails = DATA / folder / "test" / "emails"
    if not emails.is_dir():
        pytest.skip(f"{emails} is not here")
    found = {path.stem: separate(path.read_bytes().decode()) for path in sorted(emails.glob("*.txt"))}
    assert len(found) >= 20
    expected = EXPECTED | (ONLY_ZAPIER if folder == "reply_zapier" else {})
    wrong = [name for name, got in found.items() if expected[name] != fingerprint(got.new)]
    assert not wrong
