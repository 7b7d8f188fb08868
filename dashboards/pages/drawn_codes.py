"""A text as a QR code: drawn for one answer, as SVG without script or style, and kept nowhere."""

from markupsafe import Markup


def qr_code(text: str, title: str) -> Markup:
    """Return the drawing, dark on light in either theme, with the quiet border scanners need.

    title: what a screen reader says of it. Level M: a code is read with 15 % of it damaged.
    """
    import segno  # by whoever sees a new key; no other page needs it

    code = segno.make_qr(text, error="m", boost_error=False)
    drawn = code.svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    named = Markup('<figure role="img" aria-label="{}">').format(title)
    return named + Markup(drawn) + Markup("</figure>")  # noqa: S704 - of squares alone
