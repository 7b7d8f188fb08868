"""What stands beside a comparison of years is what was compared."""

from analytics.coverage import WHOLE
from dashboards.boards import fragments as f
from dashboards.boards import region


def panel(number):
    return next(one for row in region.REGION.rows for one in row.panels if one.id == number)


def test_a_region_says_from_which_share_on_a_month_of_two_years_is_compared():
    for one in (panel(7), panel(11)):
        for words in (one.description.zh, one.description.en):
            assert f.WHOLE_PERCENT in words
        assert one.sql.count("report.is_whole(") == 2  # of both years
    assert f"{WHOLE:.0%}" == f.WHOLE_PERCENT == "99%"  # report.is_whole is held to WHOLE elsewhere
