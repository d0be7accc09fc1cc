"""All that happens at the college."""

from guichet.demo.stage import Stage, Story
from guichet.demo.worlds import everyday
from guichet.demo.worlds.college_everyday import CASES, DESK
from guichet.demo.worlds.college_live import LIVE
from guichet.demo.worlds.college_past import PAST
from guichet.demo.worlds.college_today import TODAY, fresh
from guichet.demo.worlds.majors import COLLEGE as MAJORS
from guichet.demo.worlds.problems import COLLEGE as PROBLEMS
from guichet.demo.worlds.promises import COLLEGE as PROMISES


def stories(s: Stage) -> list[Story]:
    told = [story(s) for story in (*PAST, *LIVE, *TODAY, *PROBLEMS, *MAJORS)] + fresh(s)
    reviewed = [story(s) for story in PROMISES]
    return told + everyday.stories(s, DESK, CASES, count=122 - len(told)) + reviewed
