"""Whom settings may make us speak to: machines of the Internet, and inner ones that the operator has named.

Who manages a desk names mail servers and webhooks (later connectors), and is not the one who runs the machine: an
address inside its network would be reached with our rights. The address that is connected to is the one that counts:
a name can lead elsewhere from one moment to the next.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# RFC 6052: an IPv4 address in the guise of a global IPv6 one.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# What Python takes for global and isn't: IPv4 addresses written as IPv6 (RFC 4291), site-local ones (RFC 3879), and
# those that a network translates for itself (RFC 8215).
_LOCAL = tuple(ipaddress.ip_network(text) for text in ("::/96", "fec0::/10", "64:ff9b:1::/48"))
# Of a host with many addresses; the others are for the next time.
_TRIED = 2


class InsideError(Exception):
    """The host is inside, and not among those that the operator named."""


def check_host(host: str, *, port: int) -> None:
    """Raise InsideError where one of the host's addresses is inside. OSError where it has none."""
    for *_rest, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        check_address(str(address[0]), host=host)


def check_peer(connection: socket.socket, *, host: str) -> None:
    """The same of a connection that is made: where it really leads."""
    check_address(str(connection.getpeername()[0]), host=host)


def connect(host: str, *, port: int, seconds: float) -> socket.socket:
    """A connection to one of the addresses that were looked at: no name can lead elsewhere in between.

    InsideError where one of them is inside, OSError where nobody answers; `seconds` for each.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_rest, address in found:
        check_address(str(address[0]), host=host)
    failure = OSError("no address")
    for family, kind, protocol, _name, address in found[:_TRIED]:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(seconds)
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def check_literal(host: str) -> None:
    """The same of a host that is an address, in whatever guise (`2130706433`); a name is not asked for."""
    with contextlib.suppress(OSError, UnicodeError):
        for *_rest, address in socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST):
            check_address(str(address[0]), host=host)


def is_named(host: str) -> bool:
    """Whether the operator named it: the host itself, or the network of an address."""
    if host.lower().rstrip(".") in named():
        return True
    try:
        return _in(host, named())
    except ValueError:
        return False


def check_address(address: str, *, host: str) -> None:
    if is_outside(address) or host.lower().rstrip(".") in named() or _in(address, named()):
        return
    text = _("“%(host)s” leads into an inner network. Whoever runs Guichet can allow it (GUICHET_INSIDE_HOSTS).")
    raise InsideError(text % {"host": host})


def named() -> Sequence[str]:
    """The hosts, addresses and networks inside that may be spoken to."""
    hosts: Sequence[str] = settings.INSIDE_HOSTS
    return hosts


def is_outside(address: str) -> bool:
    """Whether it is an address of the Internet, and of nothing private, local or special."""
    plain = _plain(address)
    return plain.is_global and not plain.is_multicast and not any(plain in network for network in _LOCAL)


def _in(address: str, networks: Sequence[str]) -> bool:
    plain = _plain(address)
    for text in networks:
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            # A name.
            continue
        if plain.version == network.version and plain in network:
            return True
    return False


def _plain(address: str) -> Address:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _TRANSLATED:
            return ipaddress.IPv4Address(found.packed[-4:])
        return found.ipv4_mapped or found.sixtofour or found
    return found
