"""The driver with one system more: `python -m bench.peers.drive guichet PHASES …`, arguments as `driver.py` takes them.

Runs where aiohttp is installed for the driver; the folder that it stands in is left as it is.
"""

import importlib
import runpy
import sys

from bench.peers.places import PEERS

sys.dont_write_bytecode = True
sys.path.insert(0, str(PEERS))
sys.modules["adapters.guichet"] = importlib.import_module("bench.peers.guichet")
sys.argv[0] = str(PEERS / "driver.py")
runpy.run_path(sys.argv[0], run_name="__main__")
