"""The permission matrix of webhooks, in the letters of `permissions.py`: they are for the desk's managers alone."""

from __future__ import annotations

from collections.abc import Mapping

_MANAGES, _API_MANAGES = "s4443433+", "u3333433+"
_SHOWN = ("webhooks", "webhook_secret")
_FORMS = ("new_webhook", "webhook", "webhook_deliveries", "webhook_delivery")
_BUTTONS = ("webhook_removal", "webhook_rotation", "webhook_trial")

SETTINGS: Mapping[str, Mapping[str, str]] = {
    **{name: {"GET": _MANAGES} for name in _SHOWN},
    **{name: {"GET": _MANAGES, "POST": _MANAGES} for name in _FORMS},
    **{name: {"POST": _MANAGES} for name in _BUTTONS},
}
OPERATIONS: dict[str, str] = dict.fromkeys(
    (
        "list_webhooks", "add_webhook", "read_webhook", "change_webhook", "remove_webhook", "read_webhook_secret",
        "rotate_webhook_secret", "try_webhook", "list_deliveries", "read_delivery", "send_delivery_again",
        "send_failed_deliveries_again",
    ),
    _API_MANAGES,
)  # fmt: skip
