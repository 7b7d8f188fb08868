"""Where things lead in Grafana: boards by uid, one a language."""

from dashboards.boards.model import Lang, Link


def uid_of(board_uid: str, lang: Lang) -> str:
    """Return the uid of a board in one language."""
    return board_uid if lang == "zh" else f"{board_uid}-{lang}"


def url_of(link: Link, lang: Lang) -> str:
    """Return where a link leads in Grafana, by uid; rows fill in their own columns."""
    filled = [
        f"var-{name}=${{{source[1:]}}}"
        if source.startswith("$")
        else f'var-{name}=${{__data.fields["{source}"]}}'
        for name, source in link.variables
    ]
    return f"/d/{uid_of(link.board, lang)}?" + "&".join([*filled, "var-ds=${ds}"])
