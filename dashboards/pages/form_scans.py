"""Scans in forms: stored when first sent, for files cannot ride hidden through a preview."""

from typing import Any

from starlette.datastructures import FormData, UploadFile

from actions.declared import Action
from actions.fields import input_kind
from actions.scans import attach
from dashboards.pages.viewer import Viewer
from metering.errors import InputError


def with_scans(
    viewer: Viewer, kind: type[Action[Any, Any]], form: FormData, values: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values with the hash of each scan that came, and what is wrong with which."""
    found, wrong = dict(values), {}
    for name, info in kind.model_fields.items():
        if input_kind(info) != "scan":
            continue
        sent = [one for one in form.getlist(name) if isinstance(one, UploadFile) and one.size]
        if not sent:
            continue
        try:
            found[name] = attach(viewer.actor, sent[0].filename or "", sent[0].file.read()).sha256
        except InputError as error:
            wrong[name] = error.text(viewer.lang)
    return found, wrong
