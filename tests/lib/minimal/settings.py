"""Settings of the smallest project."""

import os

from psycopg.conninfo import conninfo_to_dict

_url = conninfo_to_dict(os.environ.get("DATABASE_URL", "postgresql://localhost/guichet"))
SECRET_KEY = os.environ.get("GUICHET_SECRET_KEY", "tests only")
ALLOWED_HOSTS = ["*"]
DEMO = False
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "procrastinate.contrib.django"]
MIDDLEWARE: list[str] = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "tests.lib.minimal.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.get("dbname"),
        "USER": _url.get("user"),
        "PASSWORD": _url.get("password"),
        "HOST": _url.get("host"),
        "PORT": _url.get("port"),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["tests.lib.minimal.jobs"]
MAIL_LISTEN: dict[str, tuple[str, int]] = {}
RECURRING = "tests.lib.minimal.jobs"
LIVE_ACCESS = "tests.lib.minimal.views.authorise"
USE_TZ = True
