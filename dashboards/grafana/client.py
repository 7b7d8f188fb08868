"""A running Grafana over its API, through the client of the extra `grafana`."""

from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import urlsplit

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaException
from niquests.exceptions import RequestException

from metering.errors import ConflictError, InputError, UnavailableError

_WAIT_S: Final = 20
_ABSENT: Final = (404,)
_HIDDEN: Final = (403, 404)  # a folder that is not there is said to be none of an Editor's
_CHANGED: Final = (412,)
_THERE: Final = (409, 412)  # a folder of this uid
_REFUSED: Final = (401, 403)
_MOST_BOARDS: Final = 1000


class ClientGrafana:
    """A Grafana, with a service account's token of one organization."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _no_url(url)
        path = parts.path.strip("/")
        self._url = url
        self._api = GrafanaApi(
            token,
            protocol=parts.scheme,
            host=parts.netloc.rpartition("@")[2],  # with its port; an IPv6 address in brackets
            url_path_prefix=f"{path}/" if path else "",
            timeout=_WAIT_S,
        )

    def folder(self, uid: str) -> dict[str, Any] | None:
        """Return a folder, None where there is none, or none that this token may see."""
        return self._found(lambda: self._api.folder.get_folder(uid), _HIDDEN)

    def make_folder(self, uid: str, title: str) -> None:
        """Make a folder; one that is there, though this token did not see it, stays."""
        self._found(lambda: self._api.folder.create_folder(title, uid), _THERE)

    def boards(self, folder_uid: str, tag: str) -> list[str]:
        """Return the uids of a folder's boards that bear a tag."""
        asked = {"tag": tag, "type_": "dash-db", "limit": _MOST_BOARDS}
        found = self._answered(lambda: self._api.search.search_dashboards(**asked))
        if not isinstance(found, list):
            raise _away(f"{self._url}: {str(found)[:80]!r}")
        return [str(one["uid"]) for one in found if one.get("folderUid") == folder_uid]

    def dashboard(self, uid: str) -> dict[str, Any] | None:
        """Return a board as Grafana holds it, None where it does not."""
        found = self._found(lambda: self._api.dashboard.get_dashboard(uid))
        return None if found is None else cast(dict[str, Any], found["dashboard"])

    def save(
        self, dashboard: dict[str, Any], folder_uid: str, message: str, over: int | None
    ) -> None:
        """Write a board over the version that was seen, or over any where none is named."""
        body = {
            "dashboard": dashboard | {"id": None, "version": over or 0},
            "folderUid": folder_uid,
            "message": message,
            "overwrite": over is None,
        }
        try:
            self._asked(lambda: self._api.dashboard.update_dashboard(body))
        except GrafanaException as error:
            raise _changed(dashboard["uid"], error.message) from error

    def drop(self, uid: str) -> None:
        """Delete a board; one that is gone already is no fault."""
        self._found(lambda: self._api.dashboard.delete_dashboard(uid))

    def _found(
        self, ask: Callable[[], Any], none: tuple[int, ...] = _ABSENT
    ) -> dict[str, Any] | None:
        try:
            return self._asked(ask, passed=none)
        except GrafanaException:
            return None

    def _asked(self, ask: Callable[[], Any], passed: tuple[int, ...] = _CHANGED) -> dict[str, Any]:
        answer = self._answered(ask, passed)
        if not isinstance(answer, dict):
            raise _away(f"{self._url}: {str(answer)[:80]!r}")
        return answer

    def _answered(self, ask: Callable[[], Any], passed: tuple[int, ...] = ()) -> Any:
        """Return what Grafana answers; its refusals as ours, but for statuses that are passed."""
        try:
            return ask()
        except GrafanaException as error:
            if error.status_code in passed:
                raise
            refused = _no_right if error.status_code in _REFUSED else _away
            raise refused(f"{self._url}: {error.status_code} {error.message}") from error
        except (RequestException, ValueError) as error:  # no connection, or no JSON
            raise _away(f"{self._url}: {error}") from error


def _changed(uid: str, message: str) -> ConflictError:
    return ConflictError(
        "boards.changed_meanwhile",
        zh=f"看板 {uid} 未写入:{message}。",
        en=f"The board {uid} was not written: {message}.",
        next_zh="请用 --dry-run 查看差异,再重新发布;--force 会覆盖。",
        next_en="Look at it with --dry-run, then publish again; --force writes over it.",
        where={"board": uid},
    )


def _no_right(message: str) -> InputError:
    return InputError(
        "boards.grafana_refuses",
        zh=f"Grafana 拒绝了该令牌:{message}。",
        en=f"Grafana refuses this token: {message}.",
        next_zh="请使用该组织中角色为 Editor 或以上的服务账号令牌。",
        next_en="Use the token of a service account of this organization with the role Editor.",
        where={"field": "token_file"},
    )


def _away(message: str) -> UnavailableError:
    return UnavailableError(
        "boards.grafana_away",
        zh=f"Grafana 未能完成操作:{message}。",
        en=f"Grafana did not do it: {message}.",
        next_zh="请检查地址以及 Grafana 是否在运行。",
        next_en="Check the address, and whether Grafana runs.",
    )


def _no_url(url: str) -> InputError:
    return InputError(
        "boards.no_url",
        zh=f"这不是 Grafana 的地址:{url}",
        en=f"This is no address of a Grafana: {url}",
        next_zh="写法:https://grafana.example.org",
        next_en="Write https://grafana.example.org",
        where={"field": "url"},
    )
