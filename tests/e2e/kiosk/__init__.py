"""Kiosks and phones in a browser, in a small world of their own."""
