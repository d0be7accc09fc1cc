"""Guichet beside other help desks, on the same work in one run: `python -m bench.peers`."""
