"""What pages load beside themselves: our module and stylesheet, and ECharts out of a wheel.

Each address holds a hash of all of them, so that browsers may keep them for good.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from dashboards.pages import echarts
from metering.errors import NotFoundError

_HERE: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served to browsers that take gzip, which is all there are today."""

    zipped: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by name, under an address that changes with any of them."""

    base: str
    files: Mapping[str, Asset]

    def url(self, name: str) -> str:
        """Return the address of a file."""
        assert name in self.files, name
        return f"{self.base}/{name}"

    @property
    def charts(self) -> list[str]:
        """The addresses of ECharts, for browsers to fetch ahead."""
        return [self.url(name) for name in self.files if name.startswith("echarts/")]


def load_assets(static: Path = _HERE) -> Assets:
    """Read and compress everything once."""
    found = {path.name: path.read_bytes() for path in sorted(static.iterdir())}
    found |= {f"echarts/{name}": body for name, body in echarts.modules().items()}
    digest = sha256()
    for name, body in sorted(found.items()):
        digest.update(f"{name} {len(body)} ".encode() + body)
    files = {
        name: Asset(gzip.compress(body, 6, mtime=0), _TYPES[Path(name).suffix])
        for name, body in found.items()
    }
    return Assets(f"/assets/{digest.hexdigest()[:16]}", files)


def router(assets: Assets) -> APIRouter:
    """Return the route that serves them, to anybody."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(assets.base + "/{name:path}")
    def get_asset(name: str, request: Request) -> Response:
        asset = assets.files.get(name)
        if asset is None:
            raise _no_asset(name)
        zips = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"Cache-Control": _FOR_GOOD, "Vary": "Accept-Encoding"}
        if zips:
            headers["Content-Encoding"] = "gzip"
        body = asset.zipped if zips else gzip.decompress(asset.zipped)
        return Response(body, media_type=asset.media_type, headers=headers)

    return routes


def _no_asset(name: str) -> NotFoundError:
    return NotFoundError(
        "pages.no_asset",
        zh=f"没有文件 {name}。",
        en=f"There is no file {name}.",
        next_zh="请刷新页面。",
        next_en="Load the page again.",
        where={"file": name},
    )
