"""The tables of the room."""

from guichet.knowledge.models.article import (
    Article,
    ArticleKind,
    ArticleState,
    Audience,
    Feedback,
    Picture,
    Reads,
    Version,
    WhyNot,
    Wording,
)
from guichet.knowledge.models.tree import Run, RunOutcome, Step, Tree, TreeState, TreeVersion

__all__ = [
    "Article",
    "ArticleKind",
    "ArticleState",
    "Audience",
    "Feedback",
    "Picture",
    "Reads",
    "Run",
    "RunOutcome",
    "Step",
    "Tree",
    "TreeState",
    "TreeVersion",
    "Version",
    "WhyNot",
    "Wording",
]
