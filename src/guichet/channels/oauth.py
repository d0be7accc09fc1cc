"""Access tokens for mailboxes at Microsoft 365 and Google. What gets them stands in the environment; they are kept
in this process's memory until they expire, and nowhere else.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from guichet.channels.models import Auth, Mailbox

MICROSOFT = "https://login.microsoftonline.com"
MICROSOFT_SCOPE = "https://outlook.office365.com/.default"
GOOGLE = "https://oauth2.googleapis.com/token"
# How long a token endpoint may take over each step.
SECONDS = 10
# A token that ends while we sign in is of no use.
_MARGIN = 120


class Refusal(Exception):
    """No token: the text says what was said to us, and never what we said."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


# What asks for a token → what was given last. Mailboxes of one Microsoft tenant share theirs.
_kept: dict[tuple[str, ...], _Token] = {}


def kept(mailbox: Mailbox) -> str:
    """The token that should still do; empty when there is none."""
    token = _kept.get(_asks(mailbox))
    return token.value if token and token.until > time.monotonic() else ""


def obtained(mailbox: Mailbox) -> str:
    """A new token. Refusal when nobody gives one."""
    asks = _asks(mailbox)
    _kept.pop(asks, None)
    try:
        answer = _microsoft(mailbox) if mailbox.auth == Auth.MICROSOFT else _google(mailbox)
    except (OSError, ValueError) as error:
        # What requests and msal raise; neither repeats the body of a question.
        raise Refusal(f"{type(error).__name__}: {error}") from error
    value, seconds = answer.get("access_token"), str(answer.get("expires_in", ""))
    if not isinstance(value, str) or not value:
        raise Refusal(f"{answer.get('error', 'no token')}: {answer.get('error_description', '')}")
    if seconds.isdecimal():
        _kept[asks] = _Token(value, time.monotonic() + int(seconds) - _MARGIN)
    return value


def secret(variable: str) -> str:
    """What that environment variable holds; Refusal where it holds nothing."""
    value = os.environ.get(variable, "") if variable else ""
    if not value:
        raise Refusal(f"{variable or 'password'}: not set in the environment")
    return value


def _asks(mailbox: Mailbox) -> tuple[str, ...]:
    variables = (mailbox.secret_variable, mailbox.refresh_variable if mailbox.auth == Auth.GOOGLE else "")
    return (mailbox.auth, mailbox.tenant, mailbox.client_id, *(os.environ.get(name, "") for name in variables if name))


def _microsoft(mailbox: Mailbox) -> dict[str, object]:
    """As the application itself (client credentials): Exchange says which mailboxes it may open."""
    import msal

    application = msal.ConfidentialClientApplication(
        mailbox.client_id,
        client_credential=secret(mailbox.secret_variable),
        authority=f"{MICROSOFT}/{mailbox.tenant}",
        instance_discovery=False,
        timeout=SECONDS,
    )
    return dict(application.acquire_token_for_client(scopes=[MICROSOFT_SCOPE]) or {})


def _google(mailbox: Mailbox) -> dict[str, object]:
    """As the person who agreed once and left us a refresh token (RFC 6749, 6)."""
    import requests

    question = {
        "grant_type": "refresh_token",
        "client_id": mailbox.client_id,
        "client_secret": secret(mailbox.secret_variable),
        "refresh_token": secret(mailbox.refresh_variable),
    }
    answer = requests.post(GOOGLE, data=question, timeout=SECONDS, allow_redirects=False).json()
    return answer if isinstance(answer, dict) else {}
