"""Every error leaves as problem+json, whoever raised it."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from actions.saying import place_of
from api.problems import FieldProblem, Problem, lang_of, problem_of
from metering.errors import EnergyError

_PHRASES: Final = {one.value: one.phrase for one in HTTPStatus}

ErrorPage = Callable[[Request, Problem], Response]


class _PlainError(EnergyError):
    """An error of the protocol rather than of the field."""


def install(app: FastAPI, error_page: ErrorPage | None) -> None:
    """Answer errors as problem+json; browsers off the API get a page where there is one."""
    answers = _Answers(error_page)
    app.add_exception_handler(EnergyError, answers.ours)
    app.add_exception_handler(RequestValidationError, answers.invalid)
    app.add_exception_handler(HTTPException, answers.protocol)
    app.add_exception_handler(Exception, answers.unforeseen)


@dataclass(frozen=True, slots=True)
class _Answers:
    """How each kind of error leaves; page: for browsers off the API, where there is one."""

    page: ErrorPage | None

    def ours(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, EnergyError)
        return self._answered(request, error)

    def invalid(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        lang = lang_of(request.headers.get("accept-language"))
        fields = [_field(one, lang) for one in error.errors()]
        return self._answered(request, _invalid(fields), 422, errors=fields)

    def protocol(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code < 400:  # a page that sends the browser elsewhere
            return Response(status_code=error.status_code, headers=error.headers)
        problem = _protocol(error.status_code, str(error.detail))
        return self._answered(
            request, problem, error.status_code, headers=dict(error.headers or {})
        )

    def unforeseen(self, request: Request, _: Exception) -> Response:
        return self._answered(request, _unforeseen(), 500)

    def _answered(
        self,
        request: Request,
        error: EnergyError,
        status: int | None = None,
        *,
        headers: dict[str, str] | None = None,
        errors: list[FieldProblem] | None = None,
    ) -> Response:
        lang = lang_of(request.headers.get("accept-language"))
        problem = problem_of(error, lang, status=status, errors=errors)
        if self.page is not None and _browses(request):
            return self.page(request, problem)
        return JSONResponse(
            problem.model_dump(mode="json"),
            problem.status,
            media_type="application/problem+json",
            headers={
                "Content-Language": "zh-CN" if lang == "zh" else "en",
                "Vary": "Accept-Language",
                **_headers(problem),
                **(headers or {}),
            },
        )


def _browses(request: Request) -> bool:
    asks_page = "text/html" in request.headers.get("accept", "")
    return asks_page and not request.url.path.startswith("/api/")


def _headers(problem: Problem) -> dict[str, str]:
    if problem.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if problem.status in (429, 503):
        return {"Retry-After": str(problem.where.get("wait_s", 5))}
    return {}


def _field(error: dict[str, Any], lang: str) -> FieldProblem:
    where, words = place_of(error)
    en = words.en if error["type"] == "conditional" else str(error["msg"])
    zh = words.zh
    return FieldProblem(
        field=where, message=zh if lang == "zh" else en, message_zh=zh, message_en=en
    )


def _invalid(fields: list[FieldProblem]) -> EnergyError:
    names = ", ".join(sorted({field.field for field in fields})[:10])
    return _PlainError(
        "request.invalid",
        zh=f"请求中的字段无法识别:{names}。",
        en=f"Fields of the request make no sense: {names}.",
        next_zh="请对照 /api/v1/openapi.json 修改后重试。",
        next_en="Compare them with /api/v1/openapi.json and try again.",
    )


def _protocol(status: int, detail: str = "") -> EnergyError:
    if status == 413 and detail.isdigit():
        most = f"{int(detail):,}"
        return _PlainError(
            "request.too_large",
            zh=f"请求内容超过此地址可接收的 {most} 字节。",
            en=f"The body is larger than the {most} bytes that this address takes.",
            next_zh="请分成几次发送。",
            next_en="Send it in several parts.",
            where={"most_bytes": int(detail)},
        )
    if status == 404:
        return _PlainError(
            "route.not_found",
            zh="没有此地址。",
            en="There is nothing at this address.",
            next_zh="接口列表见 /api/v1/openapi.json。",
            next_en="The interfaces are listed in /api/v1/openapi.json.",
        )
    if status == 405:
        return _PlainError(
            "route.method_not_allowed",
            zh="此地址不支持该方法。",
            en="This address does not take that method.",
            next_zh="可用方法见 Allow 响应头。",
            next_en="The header Allow names those it takes.",
        )
    phrase = _PHRASES.get(status, str(status))
    return _PlainError(
        f"http.{status}",
        zh=f"请求未能完成({status})。",
        en=f"The request could not be done: {phrase}.",
        next_zh="请核对后重试。",
        next_en="Check it and try again.",
    )


def _unforeseen() -> EnergyError:
    return _PlainError(
        "internal",
        zh="服务出现未预料的错误,已记录。",
        en="Something unforeseen went wrong; it has been logged.",
        next_zh="请稍后重试;若持续出现,请告知系统管理员。",
        next_en="Try again later; if it stays, tell the administrator.",
    )
