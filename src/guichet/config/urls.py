"""Every URL of the product: one line for each audience."""

from django.urls import include, path

from guichet.api.metrics import metrics
from guichet.api.v1 import api
from guichet.portal.views import sign_in, status

urlpatterns = [
    path("", sign_in.home, name="home"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("language/", sign_in.language, name="language"),
    path("status/<slug:desk>/", status.page, name="status"),
    path("status/<slug:desk>/<str:name>", status.page, name="status_file"),
    path("help/", include("guichet.portal.urls")),
    path("desk/", include("guichet.desk.urls")),
    path("", include("guichet.kiosk.urls")),
    path("ui/", include("guichet.ui.urls")),
    path("api/v1/", api.urls),
    path("tokens/", include("guichet.api.page_urls")),
    path("metrics", metrics, name="metrics"),
    path("healthz", sign_in.healthz, name="healthz"),
]

handler400 = "guichet.ui.errors.bad_request"
handler403 = "guichet.ui.errors.forbidden"
handler404 = "guichet.ui.errors.not_found"
handler500 = "guichet.ui.errors.server_error"
