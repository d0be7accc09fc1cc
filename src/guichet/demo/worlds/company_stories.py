"""All that happens at the service company and at its clients'."""

from guichet.demo.stage import Stage, Story
from guichet.demo.worlds import everyday
from guichet.demo.worlds.company_everyday import CASES, DESK
from guichet.demo.worlds.company_live import LIVE, fresh
from guichet.demo.worlds.company_past import PAST
from guichet.demo.worlds.majors import COMPANY as MAJORS
from guichet.demo.worlds.problems import COMPANY as PROBLEMS


def stories(s: Stage) -> list[Story]:
    told = [story(s) for story in (*PAST, *LIVE, *PROBLEMS, *MAJORS)] + fresh(s)
    return told + everyday.stories(s, DESK, CASES, count=82 - len(told))
