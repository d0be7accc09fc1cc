"""One module for each resource that a desk's settings hold."""
