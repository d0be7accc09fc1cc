"""How to read a reference aloud (pure): each character with a word that can't be misheard."""

from dataclasses import dataclass

# The usual spelling alphabet of French telephony, and the international one for English.
_LETTERS = {
    "fr": {
        "A": "Anatole", "C": "Célestin", "D": "Désiré", "E": "Eugène", "F": "François", "G": "Gaston", "H": "Henri",
        "J": "Joseph", "K": "Kléber", "M": "Marcel", "P": "Pierre", "Q": "Quintal", "R": "Raoul", "T": "Thérèse",
        "W": "William", "X": "Xavier", "Y": "Yvonne",
    },
    "en": {
        "A": "Alfa", "C": "Charlie", "D": "Delta", "E": "Echo", "F": "Foxtrot", "G": "Golf", "H": "Hotel",
        "J": "Juliett", "K": "Kilo", "M": "Mike", "P": "Papa", "Q": "Quebec", "R": "Romeo", "T": "Tango",
        "W": "Whiskey", "X": "X-ray", "Y": "Yankee",
    },
}  # fmt: skip
_DIGITS = {
    "fr": {"2": "deux", "3": "trois", "4": "quatre", "6": "six", "7": "sept", "8": "huit", "9": "neuf"},
    "en": {"2": "two", "3": "three", "4": "four", "6": "six", "7": "seven", "8": "eight", "9": "nine"},
}


@dataclass(frozen=True)
class Spelt:
    """One character and the word to say for it."""

    character: str
    word: str


def spell(reference: str, *, language: str) -> list[Spelt]:
    """The characters of `reference` to say, the dash left out. Unknown characters say themselves."""
    tongue = "en" if language.startswith("en") else "fr"
    words = {**_LETTERS[tongue], **_DIGITS[tongue]}
    return [Spelt(character=c, word=words.get(c, c)) for c in reference.upper() if c.isalnum()]
