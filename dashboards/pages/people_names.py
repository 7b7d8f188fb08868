"""What people are called who did something, as far as the reader sees their log-ins."""

from dashboards.pages.viewer import Viewer
from storage.access import people

_PERSON = "user:"


def called(viewer: Viewer, by: str) -> str:
    """Return the name of whoever acted, as "user:7"; of one whom the reader does not see, a number.

    Who is seen is asked once a request.
    """
    state = viewer.request.state
    if not hasattr(state, "people_names"):
        with viewer.actor.look() as connection:
            found = people.users(connection)
        state.people_names = {f"{_PERSON}{one.user_id}": one.name for one in found}
    if by in state.people_names or not by.startswith(_PERSON):
        return str(state.people_names.get(by, by))
    return viewer.say("somebody", number=by.removeprefix(_PERSON))
