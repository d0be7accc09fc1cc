"""The ASGI application: pages through Django's WSGI handler in threads, live streams natively."""

from django.conf import settings
from django.utils.module_loading import import_string

from guichet.config.wsgi import application as pages
from guichet.lib.live import LiveGrant
from guichet.lib.server import Dispatcher

LIVE_ACCESS = "guichet.config.live_access.authorise"


def _authorise(*, cookies: dict[str, str], authorization: str, topics: list[str]) -> LiveGrant | None:
    authorise = import_string(getattr(settings, "LIVE_ACCESS", LIVE_ACCESS))
    grant: LiveGrant | None = authorise(cookies=cookies, authorization=authorization, topics=topics)
    return grant


application = Dispatcher(application=pages, authorise=_authorise)
