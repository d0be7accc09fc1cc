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

__all__ = [
    "Article",
    "ArticleKind",
    "ArticleState",
    "Audience",
    "Feedback",
    "Picture",
    "Reads",
    "Version",
    "WhyNot",
    "Wording",
]
