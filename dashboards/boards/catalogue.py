"""All boards, from the general to the specific."""

from typing import Final

from dashboards.boards.building import BUILDING
from dashboards.boards.collector import COLLECTOR
from dashboards.boards.comparison import COMPARISON
from dashboards.boards.institution import INSTITUTION
from dashboards.boards.model import Board
from dashboards.boards.quality import QUALITY
from dashboards.boards.region import REGION
from dashboards.boards.union import UNION

__all__ = [
    "BOARDS",
    "BUILDING",
    "COLLECTOR",
    "COMPARISON",
    "INSTITUTION",
    "QUALITY",
    "REGION",
    "UNION",
    "board",
]

BOARDS: Final = (UNION, REGION, INSTITUTION, BUILDING, COMPARISON, QUALITY, COLLECTOR)


def board(uid: str) -> Board | None:
    """Return the board of a uid, None where there is none."""
    return next((one for one in BOARDS if one.uid == uid), None)
