"""Public holidays of any country and of its regions (pure), with their names in French and in English.

A code is a country's two letters, followed where it has regions by one of them: `CA-QC`, `FR-57` (Moselle).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

# Of France, the package also keeps school zones; their public holidays are the country's.
_NO_REGIONS = {"FR": {"Zone A", "Zone B", "Zone C"}}
# The days of Belgium's communities, on which their administrations and schools are closed: month, day, names.
_COMMUNITIES = {
    "BE-Flemish": (7, 11, "Fête de la Communauté flamande", "Day of the Flemish Community"),
    "BE-French": (9, 27, "Fête de la Communauté française", "Day of the French Community"),
    "BE-German": (11, 15, "Fête de la Communauté germanophone", "Day of the German-speaking Community"),
}


@lru_cache(maxsize=1)
def regions() -> dict[str, list[str]]:
    """Every country's code with those of its regions, in order."""
    listed = holidays.list_supported_countries(include_aliases=False)
    return {
        country: [place for place in places if place not in _NO_REGIONS.get(country, ())]
        for country, places in sorted(listed.items())
    }


def known(code: str) -> bool:
    """Whether this country, and this region of it, is listed. No holidays ("") are known too."""
    country, dash, region = code.partition("-")
    return not code or (country in regions() and (not dash or region in regions()[country]))


@lru_cache(maxsize=512)
def days_off(code: str, year: int) -> dict[date, tuple[str, str]]:
    """The public holidays of a year, in order: day → its names in French and in English. Shared: not to be changed.

    A language that the package lacks for a country is replaced by the other one, or by the country's own.
    ValueError for an unknown code.
    """
    if not known(code):
        raise ValueError(f"no holidays are known for {code!r}")
    if not code:
        return {}
    french, english = _names(code, year, "fr"), _names(code, year, "en")
    found = {day: (french[day], english[day]) for day in french}
    if code in _COMMUNITIES:
        month, number, *names = _COMMUNITIES[code]
        found.setdefault(date(year, month, number), (names[0], names[1]))
    return {day: found[day] for day in sorted(found)}


def _names(code: str, year: int, language: str) -> dict[date, str]:
    country, _, region = code.partition("-")
    languages = holidays.country_holidays(country, years=[]).supported_languages
    preferred = (f"{language}_{country}", language, f"{language}_GB", f"{language}_US")
    fitting = next((each for each in preferred if each in languages), None)
    found = holidays.country_holidays(country, subdiv=region or None, years=year, language=fitting)
    return {day: name.replace("'", "’").replace("; ", ", ") for day, name in found.items()}
