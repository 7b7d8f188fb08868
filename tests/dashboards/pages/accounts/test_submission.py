"""The page of a submission: its cells, what may be done next, and its files."""

import pytest

from tests.actions.examples_of_submissions import filled, typed


@pytest.mark.parametrize(("lang", "review", "type_in"), [("zh", "复核", "填写 ›"),
                                                         ("en", "Review", "Type ›")])  # fmt: skip
def test_a_submission_leads_to_what_comes_next(site, lang, review, type_in):
    client = site.client("planner of all", lang)
    on = typed(site.world)
    page = client.get("/submissions/cells", params={"submission": on}).text
    assert f"/do/submission.fill/{on}" in page
    assert type_in in page
    assert f"/submissions/{on}/file?format=zip" in page

    on = filled(site.world, "province officer")
    page = client.get("/submissions/cells", params={"submission": on}).text
    assert f'<a class="button" href="/do/submission.review/{on}">{review}' in page
    assert type_in not in page
    answer = client.get(f"/submissions/{on}/file", params={"format": "csv"})
    assert answer.headers["content-disposition"].startswith('attachment; filename="submission.csv"')


def test_who_sees_no_submission_finds_none(site):
    on = filled(site.world)
    client = site.client("of the school")
    assert client.get("/submissions/cells", params={"submission": on}).status_code == 200
    assert client.get(f"/submissions/{on}/file").status_code == 404
