"""Names kept in both languages, shown in the reader's."""

from django.db import models
from django.utils.translation import get_language


def pick(french: str, english: str) -> str:
    """The text in the active language, or in the other one when it is missing there."""
    if (get_language() or "fr").startswith("en"):
        return english or french
    return french or english


def other_language(french: str, english: str) -> str:
    """The language of what `pick` gives, for `lang`; "" where it is the reader's, or nothing is said."""
    if (get_language() or "fr").startswith("en"):
        return "" if english or not french else "fr"
    return "" if french or not english else "en"


class Named(models.Model):
    """Something that people gave a French and, where they like, an English name."""

    name_fr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return pick(self.name_fr, self.name_en)

    @property
    def name_lang(self) -> str:
        return other_language(self.name_fr, self.name_en)
