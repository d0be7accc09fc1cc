"""A message that somebody passes on: who wrote it, when, about what, and what it says."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.channels.mail.forwarded import Forwarded, forwarded, writer

BODY = "Bonjour,\n\nL'imprimante du 2e ne répond plus.\n\nAna"
MARKED = "\n".join(f"> {line}".rstrip() for line in BODY.split("\n"))
ANA = "Ana Roy <Ana.Roy@example.org>"

INLINE = [
    # Gmail, whatever its language
    f"---------- Forwarded message ---------\nFrom: {ANA}\nDate: Tue, Mar 2, 2021 at 6:02 PM\n"
    f"Subject: Imprimante\nTo: <it@example.org>\n\n\n{BODY}\n",
    f"---------- Forwarded message ---------\nDe : {ANA}\nDate: mar. 2 mars 2021 à 18:02\n"
    f"Subject: Imprimante\nTo: <it@example.org>\nCc: Luc <luc@example.org>\n\n{BODY}\n",
    f"---------- Forwarded message ---------\nVon: *Ana Roy* <ana.roy@example.org>\n"
    f"Date: Di., 2. März 2021 um 18:02 Uhr\n"
    f"Subject: Imprimante\nTo: <it@example.org>\n\n{BODY}\n",
    # Thunderbird
    f"-------- Message transféré --------\nSujet : \tImprimante\nDate : \tTue, 2 Mar 2021 18:02:00 +0100\n"
    f"De : \t{ANA}\nPour : \tit@example.org\n\n\n\n{BODY}\n",
    f"-------- Weitergeleitete Nachricht --------\nBetreff: \tImprimante\nDatum: \tTue, 2 Mar 2021 18:02:00 +0100\n"
    f"Von: \t{ANA}\nAn: \tit@example.org\n\n{BODY}\n",
    f"-------- Mensaje reenviado --------\nAsunto: \tImprimante\nFecha: \tTue, 2 Mar 2021 18:02:00 +0100\n"
    f"De: \t{ANA}\nPara: \tit@example.org\n\n{BODY}\n",
    f"-------- Doorgestuurd bericht --------\nOnderwerp: \tImprimante\nDatum: \tTue, 2 Mar 2021 18:02:00 +0100\n"
    f"Van: \t{ANA}\nAan: \tit@example.org\n\n{BODY}\n",
    # Apple Mail
    f"Begin forwarded message:\n\nFrom: {ANA}\nSubject: Imprimante\nDate: 2 March 2021 at 18:02:00 CET\n"
    f"To: it@example.org\n\n{BODY}",
    f"Début du message réexpédié :\n\n> De: {ANA}\n> Objet: Imprimante\n> Date: 2 mars 2021 à 18:02\n"
    f"> À: it@example.org\n>\n{MARKED}\n",
    f"> Début du message transféré :\n>\n> De: {ANA}\n> Objet: Imprimante\n> Date: 2 mars 2021 à 18:02\n"
    f"> À: it@example.org\n>\n{MARKED}\n",
    f"Anfang der weitergeleiteten Nachricht:\n\nVon: {ANA}\nBetreff: Imprimante\nDatum: 2. März 2021\n"
    f"An: it@example.org\n\n{BODY}",
    f"Inicio del mensaje reenviado:\n\nDe: {ANA}\nAsunto: Imprimante\nFecha: 2 de marzo de 2021\n"
    f"Para: it@example.org\n\n{BODY}",
    f"Begin doorgestuurd bericht:\n\nVan: {ANA}\nOnderwerp: Imprimante\nDatum: 2 maart 2021\n"
    f"Aan: it@example.org\n\n{BODY}",
    # Outlook
    f"________________________________\nDe : {ANA}\nEnvoyé : mardi 2 mars 2021 18:02\nÀ : it@example.org\n"
    f"Objet : Imprimante\n\n{BODY}",
    "From: Ana Roy [mailto:ana.roy@example.org]\nSent: Tuesday, March 2, 2021 6:02 PM\nTo: it@example.org\n"
    f"Subject: Imprimante\n\n{BODY}",
    "*Von:* Ana Roy <ana.roy@example.org<mailto:ana.roy@example.org>>\n*Gesendet:* Dienstag, 2. März 2021 18:02\n"
    f"*An:* it@example.org\n*Betreff:* Imprimante\n\n{BODY}",
    f"De: {ANA}\nEnviado: martes, 2 de marzo de 2021 18:02\nPara: it@example.org\nAsunto: Imprimante\n\n{BODY}",
    f"Van: {ANA}\nVerzonden: dinsdag 2 maart 2021 18:02\nAan: it@example.org\nOnderwerp: Imprimante\n\n{BODY}",
    f"-----Message d'origine-----\nDe : {ANA}\nEnvoyé : mardi 2 mars 2021 18:02\nÀ : it@example.org\n"
    f"Objet : Imprimante\n\n{BODY}",
    # Yahoo, all in one line
    f"----- Message transmis ----- De : {ANA}À : it@example.orgEnvoyé : mardi 2 mars 2021 à 18:02:00 UTC+1"
    f"Objet : Imprimante\n {BODY}",
    # A program that marks the body only
    f"---------- Forwarded message ----------\nFrom: {ANA}\nDate: March 2, 2021\nTo: it@example.org\n"
    f"Subject: Imprimante\n\n{MARKED}\n",
]


@pytest.mark.parametrize(
    "introduction", ["", "Pour info\n\n", "Voir ci-dessous.\n\n-- \nPaul\nService informatique\n01 23 45\n\n"]
)
@pytest.mark.parametrize("text", INLINE, ids=range(len(INLINE)))
def test_the_original_message_is_taken_out(text: str, introduction: str) -> None:
    got = forwarded(introduction + text)
    assert got is not None
    assert (got.from_email, got.from_name, got.subject, got.body) == (
        "ana.roy@example.org",
        "Ana Roy",
        "Imprimante",
        BODY,
    )
    assert "2021" in got.date and "it@example.org" in got.to


def test_outlook_for_mac_forwards_with_an_attribution() -> None:
    for text in (
        f"Le 02/03/2021 18:02, « Ana Roy » <ana@example.org> a écrit :\n\n    {BODY}",
        f"Am 02.03.2021, 18:02 schrieb Ana Roy <ana@example.org>:\n\n{BODY}",
        f"Op 02/03/2021 18:02 heeft Ana Roy <ana@example.org> geschreven:\n\n{BODY}",
    ):
        got = forwarded(text)
        assert got is not None
        assert (got.from_email, got.from_name, got.subject, got.body) == ("ana@example.org", "Ana Roy", "", BODY)
        assert got.date.endswith("18:02")


def test_a_writer_may_be_named_without_an_address() -> None:
    got = forwarded(f"De : Ana Roy\nEnvoyé : mardi 2 mars 2021 18:02\nÀ : Support\nObjet : Imprimante\n\n{BODY}")
    assert got == Forwarded("", "Ana Roy", "Support", "mardi 2 mars 2021 18:02", "Imprimante", BODY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        BODY,
        f"Oui.\n\nLe 02/03/2021 à 18:02, Ana Roy <ana@example.org> a écrit :\n{MARKED}",
        f"Oui.\n\nLe 02/03/2021 à 18:02, Ana Roy <ana@example.org> a écrit :\n\n{BODY}",
        f"Le 02/03/2021 à 18:02, Ana Roy <ana@example.org> a écrit :\n{MARKED}\n\nOui.",
        f"{MARKED}\n\nOui.",
        f"Oui.\n\n> ---------- Forwarded message ---------\n> Bonjour\n{MARKED}",
        "Une ligne.\n" * 30
        + f"\nDe : {ANA}\nEnvoyé : mardi 2 mars 2021 18:02\nÀ : Support\nObjet : Imprimante\n\n{BODY}",
        "---------- Forwarded message ---------\n\nrien de plus",
        ">",
    ],
)
def test_an_answer_is_no_forward(text: str) -> None:
    assert forwarded(text) is None


def test_the_subject_tells_an_answer_from_a_forward() -> None:
    block = f"De : {ANA}\nEnvoyé : mardi 2 mars 2021 18:02\nÀ : Support\nObjet : Imprimante\n\n{BODY}"
    assert forwarded(f"Oui.\n\n{block}", subject="RE: Imprimante") is None
    assert forwarded(f"Oui.\n\n{block}", subject="AW : Imprimante") is None
    assert forwarded(f"Oui.\n\n{block}", subject="TR: Imprimante") is not None
    assert forwarded(f"Oui.\n\n---- Forwarded message ----\n{block}", subject="Re: Imprimante") is not None


def test_only_the_first_of_several_passed_on_messages_is_taken() -> None:
    inner = (
        "---------- Forwarded message ---------\nFrom: Luc <luc@example.org>\nDate: 1 March\nSubject: Other\n\nOther"
    )
    got = forwarded(f"FYI\n\n---- Forwarded message ----\nFrom: {ANA}\nDate: 2 March\nSubject: S\n\nMine\n\n{inner}")
    assert got is not None
    assert got.from_email == "ana.roy@example.org"
    assert got.body == f"Mine\n\n{inner}"


@pytest.mark.parametrize(
    ("value", "email", "name"),
    [
        ("Ana Roy <ana@example.org>", "ana@example.org", "Ana Roy"),
        ('"Roy, Ana" <ana@example.org>', "ana@example.org", "Roy, Ana"),
        ("Ana Roy [mailto:ana@example.org]", "ana@example.org", "Ana Roy"),
        ("Ana Roy (ana@example.org)", "ana@example.org", "Ana Roy"),
        ("ana@example.org", "ana@example.org", ""),
        ("<ana@example.org>", "ana@example.org", ""),
        ("ana@example.org <ana@example.org>", "ana@example.org", ""),
        ("[Ana Roy](mailto:ana@example.org)", "ana@example.org", "Ana Roy"),
        ("Ana Roy<mailto:ana@example.org> <ana@example.org<mailto:ana@example.org>>", "ana@example.org", "Ana Roy"),
        ("'Ana Roy' via Support <it@example.org>", "it@example.org", "Ana Roy' via Support"),
        ("« Ana Roy » <ana@example.org>", "ana@example.org", "Ana Roy"),
        ("Ana Roy (Service client) <ana@example.org>", "ana@example.org", "Ana Roy"),
        ("Ana Roy", "", "Ana Roy"),
        ("", "", ""),
        ("<>", "", ""),
    ],
)
def test_a_writer_in_the_forms_of_mail_programs(value: str, email: str, name: str) -> None:
    assert writer(value) == (email, name)


LINES = st.one_of(
    st.sampled_from([line for text in INLINE for line in text.split("\n")] + ["", ">", "> "]), st.text(max_size=20)
)


@given(st.lists(LINES, max_size=25).map("\n".join), st.text(max_size=10))
def test_any_text_is_answered(text: str, subject: str) -> None:
    got = forwarded(text, subject=subject)
    if got is not None:
        assert got.from_email or got.from_name
        said = {line.strip("> \t") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")}
        said.add("")
        assert all(line.strip("> \t") in said for line in got.body.split("\n") if line.isascii())


@given(st.text(max_size=200))
def test_any_writer_is_answered(value: str) -> None:
    email, name = writer(value)
    assert "\n" not in email and "@" not in name


@pytest.mark.parametrize(
    "text",
    ["> " * 500_000, "> a\n" * 250_000, "From: a\n" * 125_000, "From: " + "<" * 10**6, "On 1:00 a@b\n" * 80_000],
    ids=range(5),
)
def test_a_megabyte_of_anything_is_read_in_a_moment(text: str) -> None:
    started = time.process_time()
    forwarded(text)
    assert time.process_time() - started < 4
