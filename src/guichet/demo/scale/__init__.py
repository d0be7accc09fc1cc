"""A desk with as many tickets as one likes, for measuring: `guichet demo load --tickets 1000000`."""
