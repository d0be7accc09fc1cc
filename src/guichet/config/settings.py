"""Every setting, read once from the environment. `docs/reference/settings.md` lists them; a test compares.

`guichet run` fills in DATABASE_URL and GUICHET_SECRET_KEY for the embedded database; on several machines
they are given from outside.
"""

import json
import os
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from guichet.channels.mail import dkim
from guichet.channels.mail.composing import address as mail_address
from guichet.channels.mail.smtp import Server, server_of
from guichet.lib import logs


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def env_flag(name: str, *, default: bool = False) -> bool:
    value = env(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")
    return value in {"1", "true", "yes"}


def env_int(name: str, *, default: int) -> int:
    try:
        return int(env(name) or default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number") from error


def env_object(name: str, *, default: dict[str, object]) -> dict[str, object]:
    """A JSON object; the default where nothing, or nothing in it, is said."""
    try:
        given = json.loads(env(name) or "{}")
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a JSON object") from error
    if not isinstance(given, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object")
    return given or default


def env_address(name: str) -> tuple[str, int] | None:
    """`host:port` to listen at; None where nothing is said."""
    given = env(name)
    if not given:
        return None
    host, _colon, port = given.rpartition(":")
    if not host or not port.isdigit():
        raise ImproperlyConfigured(f"{name} must look like 127.0.0.1:8024, not {given!r}")
    return host.strip("[]"), int(port)


def smtp_server(name: str) -> Server | None:
    """Where to hand mail over; None where nothing is said."""
    try:
        return server_of(env(name))
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from error


def mail_identity(name: str) -> tuple[str, str] | None:
    """Name and address of `Centre d’aide <aide@example.org>`; None where nothing is said."""
    if not env(name):
        return None
    spoken, where = parseaddr(env(name))
    try:
        return spoken, mail_address(where)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must look like: Centre d’aide <aide@example.org>") from error


def mail_signers() -> tuple[dkim.Signer, ...]:
    """Who signs outgoing mail; nobody where nothing is said."""
    selector, domains, path = env("GUICHET_DKIM_SELECTOR"), env("GUICHET_DKIM_DOMAIN"), env("GUICHET_DKIM_KEY")
    if not (selector or domains or path):
        return ()
    if not (selector and domains and path):
        raise ImproperlyConfigured("GUICHET_DKIM_SELECTOR, GUICHET_DKIM_DOMAIN and GUICHET_DKIM_KEY go together")
    try:
        return dkim.signers_of(selector=selector, domains=domains, key=Path(path).read_bytes())
    except OSError as error:
        raise ImproperlyConfigured(f"GUICHET_DKIM_KEY: {path}: {error.strerror}") from error
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from error


def database(url: str) -> dict[str, object]:
    """Django's database entry for a `postgresql://user:password@host:port/name?options` URL."""
    parts = urlparse(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "guichet.lib.backend",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        # A pooler gives each transaction another session: no cursor outlives one.
        "DISABLE_SERVER_SIDE_CURSORS": bool(env("GUICHET_DIRECT_DATABASE_URL")),
        "OPTIONS": {
            **query,
            "pool": {
                "min_size": 1,
                "max_size": env_int("GUICHET_DATABASE_POOL", default=12),
                "timeout": 4,
                # Then somebody who wants one asks anew, instead of the pool ever more seldom.
                "reconnect_timeout": 1,
            },
        },
        "TEST": {"NAME": f"test_{unquote(parts.path.lstrip('/'))}"},
    }


BASE = Path(__file__).resolve().parent.parent
DATA = Path(env("GUICHET_DATA", "var")).resolve()

SECRET_KEY = env("GUICHET_SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured("GUICHET_SECRET_KEY is missing; `guichet run` makes one for you")
DEBUG = env_flag("GUICHET_DEBUG")
DEMO = env_flag("GUICHET_DEMO")
ALLOWED_HOSTS = env("GUICHET_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
# Links that leave the product (mail, QR codes, invitations) are built on this address, never on a Host header.
BASE_URL = env("GUICHET_BASE_URL", "http://localhost:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "guichet.lib",
    "guichet.people",
    "guichet.activity",
    "guichet.calendars",
    "guichet.search",
    "guichet.catalog",
    "guichet.sla",
    "guichet.knowledge",
    "guichet.tickets",
    "guichet.routing",
    "guichet.suggestions",
    "guichet.training",
    "guichet.walkup",
    "guichet.channels",
    "guichet.connectors",
    "guichet.notifications",
    "guichet.watchdog",
    "guichet.ui",
    "guichet.portal",
    "guichet.desk",
    "guichet.desk.settings",
    "guichet.kiosk",
    "guichet.api",
    "guichet.demo",
    "guichet.replay",
    "guichet.config",
]

MIDDLEWARE = [
    "guichet.lib.measured.observed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before whatever may refuse a request: its answer is protected too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    # Before whatever asks the database: the status page stands when that is down.
    "guichet.portal.views.status.without_database",
    "guichet.lib.middleware.clean_input",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "guichet.people.middleware.person",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "guichet.config.urls"
WSGI_APPLICATION = "guichet.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"i18n": "guichet.ui.said"},
            "builtins": ["guichet.ui.said"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
            ],
        },
    },
]
FORM_RENDERER = "guichet.ui.forms.Renderer"

DATABASES = {"default": database(env("DATABASE_URL", "postgresql://localhost/guichet"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "guichet.portal.views.sign_in.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True

SESSION_ENGINE = "guichet.people.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"
if env_flag("GUICHET_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "guichet_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env("GUICHET_TIME_ZONE", "America/Montreal")

STATIC_URL = "/static/"
# Nothing is collected: whitenoise serves each package’s own files, found once at the start.
STATIC_ROOT = None
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = Path(env("GUICHET_FILES", str(DATA / "files")))
STORAGES = {
    "default": {
        "BACKEND": env("GUICHET_FILES_STORAGE", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env_object("GUICHET_FILES_OPTIONS", default={"location": str(MEDIA_ROOT)}),
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Where the public status pages are written, for any web server to give out.
STATUS_DIR = Path(env("GUICHET_STATUS_DIR", str(DATA / "status")))
# One attachment; a screen recording fits. Anything larger gets a clear refusal before it is read.
ATTACHMENT_MAX_BYTES = env_int("GUICHET_ATTACHMENT_MAX_MB", default=25) * 1024 * 1024
ATTACHMENTS_PER_MESSAGE = 20
# Where mail servers hand us messages; nowhere unless said.
_DOORS = {"lmtp": env_address("GUICHET_LMTP_LISTEN"), "smtp": env_address("GUICHET_SMTP_LISTEN")}
MAIL_LISTEN = {place: address for place, address in _DOORS.items() if address is not None}
# Where outgoing mail is handed over, and as whom desks without a mailbox write; nothing leaves unless said.
SMTP: Server | None = smtp_server("GUICHET_SMTP_URL")
MAIL_FROM: tuple[str, str] | None = mail_identity("GUICHET_MAIL_FROM")
# Whose keys sign what leaves.
MAIL_SIGNERS = mail_signers()
# Seconds that a mail waits, so that what happens meanwhile joins it.
MAIL_DELAY = env_int("GUICHET_MAIL_DELAY", default=60)
# Agents have the desk open; mail about their tickets only where it is wished.
MAIL_AGENTS = env_flag("GUICHET_MAIL_AGENTS")
# Acknowledgements that one address gets within an hour; beyond, none.
MAIL_ACKNOWLEDGEMENTS_PER_HOUR = env_int("GUICHET_MAIL_ACKNOWLEDGEMENTS_PER_HOUR", default=10)
# Days after which what was delivered is forgotten, where no thread needs it; 0: never.
MAIL_KEPT_DAYS = env_int("GUICHET_MAIL_KEPT_DAYS", default=400)
# What a monitoring system shows to read /metrics; the page is not there without it.
METRICS_TOKEN = env("GUICHET_METRICS_TOKEN")
# Whom backups are encrypted for (age1…), several separated by commas; nobody: they aren't.
BACKUP_FOR = tuple(key.strip() for key in env("GUICHET_BACKUP_FOR").split(",") if key.strip())
# Machines of inner networks that mailboxes may be fetched from: names, addresses, networks.
INSIDE_HOSTS = tuple(host.strip().lower() for host in env("GUICHET_INSIDE_HOSTS").split(",") if host.strip())
# More messages than this from one address within an hour are looked at by people first.
MAIL_FLOOD_PER_HOUR = env_int("GUICHET_MAIL_FLOOD_PER_HOUR", default=60)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Each package keeps its background jobs in jobs.py; config/recurring.py lists the periodic ones.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS = ["templates.W003", "axes.W003"]

# Lines for people or for programs; a line for each request and job where one of the two is asked for.
LOG = env("GUICHET_LOG")
if LOG not in {"", *logs.FORMS}:
    raise ImproperlyConfigured(f"GUICHET_LOG must be text or json, not {LOG!r}")
LOGGING = logs.configuration(form=LOG, level=env("GUICHET_LOG_LEVEL", "WARNING"))
