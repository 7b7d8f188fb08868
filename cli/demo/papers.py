"""The papers that the demo's people attach: plain pages as PDF, plainly marked as a demo."""

from typing import Final

from cli.demo.script import Paper

_TEXTS: Final = {
    "list_paper": ("节能改造项目清单(演示)", "Retrofits of the plan, as adopted (demo)"),
    "wing_paper": ("新增实验室竣工验收记录(演示)", "Acceptance of the new laboratory (demo)"),
    "ward_paper": ("新病区床位批复(演示)", "Approval of 40 more beds (demo)"),
}
_HEAD: Final = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 7 0 R/Resources 8 0 R>>",
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding 11 0 R/DescendantFonts 10 0 R>>",
    b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo 9 0 R>>",
)
_TAIL: Final = (
    b"<</Font<</L 4 0 R/C 5 0 R>>>>",
    b"<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>",
    b"[6 0 R]",
    b"/UniGB-UCS2-H",
)
_END: Final = (
    b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
)


def papers() -> dict[str, Paper]:
    """Return every paper by its name; the same bytes each time."""
    return {
        name: Paper(f"{name.removesuffix('_paper')}.pdf", _pdf(zh, en))
        for name, (zh, en) in _TEXTS.items()
    }


def _pdf(zh: str, en: str) -> bytes:
    """Return a page with two lines; what reads it brings the fonts."""
    chinese = zh.encode("utf-16-be").hex().encode()
    drawn = b"BT /C 20 Tf 72 740 Td <%s> Tj /L 12 Tf 0 -28 Td (%s) Tj ET" % (
        chinese,
        en.encode("ascii").replace(b"(", b"\\(").replace(b")", b"\\)"),
    )
    objects = [*_HEAD, b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn), *_TAIL]
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + _END % (size, table, size, len(body))
