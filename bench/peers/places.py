"""Where the peers are: the driver's folder, and what is installed for it."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The folder with driver.py; the tickets, programs and keys of the peers.
PEERS = Path(os.environ.get("PEERS", ROOT.parent / "shared/evaluation/peers")).resolve()
HOME = Path(os.environ.get("PEERS_HOME", "~/peers")).expanduser()
# Guichet's own database, beside the peers' in the same cluster; its door, and the next one for what it sends.
URL = os.environ.get("GUICHET_PEERS_URL", "postgresql://guichet:guichet@127.0.0.1:5432/guichet")
PORT = int(os.environ.get("GUICHET_PEERS_PORT", "8105"))


def python() -> str:
    """Guichet's own: the driver may run in another."""
    return os.environ.get("GUICHET_PYTHON", sys.executable)
