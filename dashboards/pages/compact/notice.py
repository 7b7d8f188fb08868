"""Notices of quotas on a page, as they are printed, with their files beside them."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from actions.compact.member_notice import member_notice
from actions.compact.movement_things import SharedIndicator
from actions.compact.notices import Notice, quota_notice
from actions.printed import text_of
from dashboards.pages.viewer import Reader, Viewer

router = APIRouter(include_in_schema=False)

_MOST: Final = 2**31 - 1
_LANGS: Final = {"zh": "中文", "en": "English"}


@router.get("/institutions/{institution_id}/quotas/{year}/notice")
def get_quota_notice(
    institution_id: Annotated[int, Path(ge=1, le=_MOST)],
    year: Annotated[int, Path(ge=1970, le=2100)],
    viewer: Reader,
    union: Annotated[int | None, Query(ge=1, le=_MOST)] = None,
    indicator: SharedIndicator | None = None,
) -> Response:
    """Return the notice of an institution's quota."""
    found = quota_notice(viewer.actor, institution_id, year, viewer.lang, union, indicator)
    asked = {"union": union, "indicator": indicator}
    quota = f"/institutions/{institution_id}/quotas/{year}"
    crumbs = [
        (f"/institutions/{institution_id}", found.paper.to),
        (viewer.url(quota, **asked), found.paper.title),
    ]
    return _page(viewer, found, crumbs, _files(viewer, f"/api/v1{quota}/notice", **asked))


@router.get("/runs/{run_id}/members/{region_id}/notice")
def get_member_notice(
    run_id: Annotated[int, Path(ge=1, le=_MOST)],
    region_id: Annotated[int, Path(ge=1, le=_MOST)],
    viewer: Reader,
) -> Response:
    """Return the notice of a member."""
    found = member_notice(viewer.actor, run_id, region_id, viewer.lang)
    file = f"/api/v1/runs/{run_id}/members/{region_id}/notice"
    every = [
        (viewer.url(f"{file}s", format="pdf", lang=viewer.lang), viewer.say("notice_every_pdf")),
        (viewer.url(f"{file}s", format="xlsx", lang=viewer.lang), viewer.say("notice_every_xlsx")),
    ]
    crumbs = [(f"/runs/{run_id}", viewer.say("run_one"))]
    return _page(viewer, found, crumbs, [*_files(viewer, file), *every])


def _files(viewer: Viewer, path: str, **asked: object) -> list[tuple[str, str]]:
    """Return the address and the name of each file, in the reader's language first."""
    langs = sorted(_LANGS, key=lambda one: one != viewer.lang)
    return [
        (
            viewer.url(path, format=form, lang=lang, **asked),
            f"{form.upper()} {_LANGS[lang]}",
        )
        for lang in langs
        for form in ("pdf", "xlsx")
    ]


def _page(
    viewer: Viewer, found: Notice, crumbs: list[tuple[str, str]], files: list[tuple[str, str]]
) -> Response:
    return viewer.page(
        "compact/notice.html",
        paper=found.paper,
        text_of=text_of,
        crumbs=crumbs,
        files=files,
    )
