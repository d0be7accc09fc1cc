"""One index over everything findable: the words of each thing, who may find it, what a typed line asks for."""
