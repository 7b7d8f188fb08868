"""Who looks at a page: in which language and light, and how the answer leaves."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Protocol, cast
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from actions.access.login import Failures, LoginError, Opened, Pool
from actions.access.persons import called
from actions.actor import Actor
from actions.catalogue import declared
from actions.fields import Words
from actions.rights import Right, holds
from dashboards.pages.templating import templates
from dashboards.pages.words import Lang, say
from metering.days import civil_day
from storage.access.people import Session
from storage.seed_words import in_chinese

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Of the navigation: its word, its page, and where else its pages are.
SECTIONS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("today", "/", ()),
    ("institutions", "/institutions", ()),
    ("boards", "/boards", ()),
    ("unions", "/unions", ("/targets", "/runs", "/quotas", "/members", "/agreements")),
    ("do", "/do", ()),
    ("data", "/data", ("/gateways", "/rejects", "/set-aside", "/exchanges", "/imports",
                       "/channels", "/published", "/routes", "/unbound-keys",
                       "/payloads")),
)  # fmt: skip
# For who administers.
_PEOPLE: Final = ("people", "/people", ("/audit",))
_YEAR_S: Final = 365 * 86_400
_REMEMBERED: Final = {"lang": ("zh", "en"), "theme": ("auto", "light", "dark")}
_TOLD_ONCE: Final = ("done", "undo")
_FORM: Final = re.compile(r"/do/([a-z_.]+)(?:/\d{1,10})?(?:\?[^#\\]*)?")


class Auth(Protocol):
    """What the application lends its pages: sessions, and the pool behind actors."""

    pool: Pool
    failures: Failures
    today: date | None

    @property
    def zone(self) -> str: ...
    @property
    def settings(self) -> Any: ...
    def session(self, request: Request) -> Session | None: ...
    def known(self, request: Request) -> Session | None: ...
    def actor_of(self, session: Session) -> Actor: ...
    def address(self, request: Request) -> str | None: ...
    def device(self, request: Request) -> str: ...
    def tokens(self, request: Request) -> tuple[str | None, str | None]: ...
    def again(self, request: Request, session: Session, password: str) -> None: ...
    def let_in(self, response: Any, opened: Opened) -> None: ...
    def let_out(self, response: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Viewer:
    """A request, and what the browser remembers between requests."""

    request: Request
    lang: Lang
    theme: str
    session: Session | None = None
    path: str = field(init=False)
    _called: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", self.request.url.path)

    @property
    def actor(self) -> Actor:
        """Whoever looks, as an actor."""
        assert self.session is not None
        return auth_of(self.request).actor_of(self.session)

    @property
    def today(self) -> date:
        """The day that counts as today, for choosing what to show."""
        return self.today_in(self.zone)

    @property
    def zone(self) -> str:
        """The zone of days that belong to no meter."""
        return auth_of(self.request).zone

    def today_in(self, zone: str) -> date:
        """Return the day that counts as today where a meter is."""
        return auth_of(self.request).today or civil_day(datetime.now(UTC), zone)

    def say(self, key: str, **values: object) -> str:
        """Return a word in the reader's language."""
        return say(key, self.lang, **values)

    def name(self, thing: object, stem: str = "name") -> str | None:
        """Return the name of something in the reader's language, else in the other one."""
        zh, en = getattr(thing, f"{stem}_zh"), getattr(thing, f"{stem}_en")
        return cast("str | None", (zh or en) if self.lang == "zh" else (en or zh))

    def person(self, actor: str) -> str:
        """Return what people read in the place of an actor, as "user:12"."""
        if actor not in self._called:
            self._called.update(called(self.actor, [actor]))
        return self._called[actor]

    def source(self, words: str | None) -> str:
        """Return where a value was read, in the reader's language."""
        return (in_chinese(words) if self.lang == "zh" else words) or ""

    def url(self, path: str | None = None, /, **changes: object) -> str:
        """Return an address; without a path this one, with some of its parameters changed."""
        query: dict[str, Any] = {} if path else dict(self.request.query_params)
        query = {
            name: value for name, value in query.items() if name not in (*_REMEMBERED, *_TOLD_ONCE)
        }
        query |= changes
        text = urlencode({name: value for name, value in query.items() if value not in (None, "")})
        return f"{path or self.path}{'?' if text else ''}{text}"

    def within(self, path: str, below: Sequence[str]) -> bool:
        """Return whether this page is in a section of the navigation."""
        return self.path == path or (path != "/" and self.path.startswith((path, *below)))

    def _done(self) -> str:
        """Return what is said after an action that led here, nothing else."""
        kind = declared().get(self.request.query_params.get("done", ""))
        return Words(*kind.about.done).say(self.lang) if kind and self.session else ""

    def _undo(self) -> str:
        """Return the form that takes back what led here; of forms of ours alone."""
        undo = self.request.query_params.get("undo", "")
        known = _FORM.fullmatch(undo)
        return undo if known and known[1] in declared() and self.session else ""

    def _sections(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Return the navigation of whoever looks."""
        if self.session is None:
            return ()
        with self.actor.look() as connection:
            return (*SECTIONS, _PEOPLE) if holds(connection, Right.ADMINISTER) else SECTIONS

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page, and have the browser remember language and appearance."""
        text = (
            templates()
            .get_template(template)
            .render(
                values,
                v=self,
                t=self.say,
                sections=self._sections(),
                now=datetime.now(UTC),
                done=self._done(),
                undo=self._undo(),
                lang=self.lang,
                html_lang=_HTML_LANG[self.lang],
            )
        )
        answer = HTMLResponse(text, status)
        answer.headers["Content-Security-Policy"] = CSP
        answer.headers["Content-Language"] = _HTML_LANG[self.lang]
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        secure = bool(auth_of(self.request).settings.https)
        for name, known in _REMEMBERED.items():
            if (value := self.request.query_params.get(name)) in known:
                answer.set_cookie(
                    f"cw_{name}", value, max_age=_YEAR_S, secure=secure, httponly=True,
                    samesite="lax",
                )  # fmt: skip
        return answer


def stranger(request: Request, session: Session | None = None) -> Viewer:
    """Return the viewer who need not be logged in.

    The language is the chosen one, else the browser's, else the person's.
    """
    own = session.lang if session else "zh"
    lang = _remembered(request, "lang", _of_browser(request) or own)
    return Viewer(request, "en" if lang == "en" else "zh", _remembered(request, "theme", "auto"),
                 session)  # fmt: skip


def reader(request: Request) -> Viewer:
    """Return the viewer who is logged in, or ask to log in."""
    session = auth_of(request).session(request)
    if session is None:
        raise LoginError(
            "login.needed",
            zh="请先登录,或登录已过期。",
            en="Nobody is logged in, or the session has ended.",
            next_zh="请登录。",
            next_en="Log in.",
        )
    return stranger(request, session)


Reader = Annotated[Viewer, Depends(reader)]


def auth_of(request: Request) -> Auth:
    """Return who lets people in."""
    return cast(Auth, request.app.state.auth)


def _of_browser(request: Request) -> str | None:
    """Return which of our languages the browser would rather have, None where it wants neither."""
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        with suppress(ValueError):
            wanted.append((-float(weight or 1), tag.strip().lower()[:2]))
    known = [lang for weight, lang in sorted(wanted, key=lambda one: one[0]) if weight < 0]
    return next((lang for lang in known if lang in _REMEMBERED["lang"]), None)


def _remembered(request: Request, name: str, otherwise: str) -> str:
    """Return what the address says, else what the browser remembers."""
    known = _REMEMBERED[name]
    places: Mapping[str, str | None] = {
        "address": request.query_params.get(name),
        "cookie": request.cookies.get(f"cw_{name}"),
    }
    return next((value for value in places.values() if value in known), otherwise)


_HTML_LANG: Final = {"zh": "zh-CN", "en": "en"}
