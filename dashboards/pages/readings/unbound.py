"""Keys that gateways send and no channel is bound to; the forms and the file that bind them."""

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from actions.readings.bind_key import BindKey
from actions.readings.unbound_table import SUGGESTIONS, UNBOUND
from actions.rights import holds
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader

router = APIRouter(include_in_schema=False)


@router.get("/unbound-keys")
def get_unbound(viewer: Reader) -> Response:
    """Return the page of keys without a channel, of all gateways or one."""
    shown = listing(viewer, UNBOUND, "/unbound-keys")
    with viewer.actor.look() as connection:
        binds = holds(connection, BindKey.about.right)
    query = urlencode({"format": "csv", "bom": "true", **shown.filter})
    return viewer.page(
        "readings/unbound.html",
        status=shown.status,
        list=shown,
        bind=BindKey.about.code if binds else "",
        suggested=f"/api/v1{SUGGESTIONS.path}?{query}",
    )
