"""Meters of one's own file: by day, hour or month; what is wrong with a file is said."""

import gzip
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from actions.baselining.calendars import off_days
from actions.baselining.metered import read
from actions.baselining.meters import Asked, baselines_of
from metering.errors import InputError

FIRST = date(2018, 1, 1)
RNG = np.random.default_rng(5)
WARMTH = 12 + 13 * np.sin((np.arange(730) - 110) / 365 * 2 * np.pi) + RNG.normal(0, 2, 730)


def used(saved=0.2):
    days = [FIRST + timedelta(days=one) for one in range(730)]
    off = np.array([day.weekday() > 4 for day in days])
    use = 200 - 80 * off + 5 * np.maximum(0, 15 - WARMTH) + RNG.normal(0, 6, 730)
    use[365:] *= 1 - saved
    return days, use


def written(path, header, rows):
    text = "\n".join(",".join(map(str, row)) for row in [header, *rows])
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_a_saving_is_found_with_its_band(tmp_path):
    days, use = used()
    rows = [(day, t, one, "" if n == 5 else 1000 - one) for n, (day, t, one) in
            enumerate(zip(days, WARMTH.round(2), use.round(3), strict=True))]  # fmt: skip
    file = written(tmp_path / "m.csv.gz", ["日期", "气温", "office", "other"], rows)
    office, other = baselines_of(file, Asked())

    assert (office["meter"], other["meter"]) == ("office", "other")
    assert (office["periods"], other["periods"]) == (365, 364)
    assert [one["days"] for one in office["models"]] == ["workdays", "days off"]
    assert office["models"][0]["model"] == "3PH"
    assert office["models"][0]["below"] == pytest.approx(15, abs=1.5)
    assert office["usable"]
    saving = office["saving"]
    assert saving["share"] == pytest.approx(0.2, abs=0.01)
    assert saving["saved"] == pytest.approx(saving["expected"] - saving["used"])
    assert abs(saving["saved"] - 0.2 * saving["expected"]) < saving["plus_minus"]
    assert saving["claimable"]


def test_hours_are_added_to_days_and_a_day_that_lacks_one_is_unknown(tmp_path):
    days, use = used()
    start = datetime.combine(FIRST, datetime.min.time())
    rows = [
        (start + timedelta(days=n, hours=h), WARMTH[n], one / 24)
        for n, one in enumerate(use[:60])
        for h in range(24)
        if (n, h) != (7, 3)
    ]
    rows[100] = (*rows[100][:2], "NA")
    found = read(written(tmp_path / "h.csv", ["ts", "temp_c", "kwh"], rows))

    assert found.interval == "day"
    assert np.flatnonzero(np.isnan(found.use[0])).tolist() == [4]
    assert found.use[0][7] == pytest.approx(use[7] * 23 / 24)
    assert found.use[0][8] == pytest.approx(use[8])
    assert found.starts[0] == (days[0] - date(1970, 1, 1)).days


def test_months_are_per_day_of_their_length(tmp_path):
    months = [f"{2018 + n // 12}-{n % 12 + 1:02}" for n in range(24)]
    t = [2, 3, 8, 14, 19, 23, 26, 25, 20, 15, 9, 4] * 2
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 2
    use = [n * (100 + 6 * max(0, 16 - one)) for n, one in zip(lengths, t, strict=True)]
    use[12:] = [0.9 * one for one in use[12:]]
    rows = zip(months, t, use, strict=True)
    [told] = baselines_of(
        written(tmp_path / "m.csv", ["month", "temp", "kwh"], rows), Asked(date(2018, 12, 31))
    )

    assert (told["interval"], told["periods"]) == ("month", 12)
    assert told["models"][0]["slope_below"] == pytest.approx(6, rel=0.01)
    assert told["saving"]["share"] == pytest.approx(0.1, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day,kwh\n2018-01-01,5", "one of temperature"),
        ("day,temp,kwh\n2018-01-01,5", "2 columns in line 2"),
        ("day,temp,kwh\n2018-01-01,5,x", "no number"),
        ("day,temp,kwh\n01/02/2018,5,6", "YYYY-MM-DD"),
        ("day,temp,kwh\n2018-01-01,5,6\n2018-01-02,5,6", "are needed"),
        ("day,day\n", "a column twice"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, text, said):
    file = tmp_path / "wrong.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        baselines_of(file, Asked())

    assert said in caught.value.text("en")
    assert "wrong.csv" in caught.value.text("zh")


def test_a_normal_year_is_colder_by_what_the_model_says(tmp_path):
    days, use = used(saved=0)
    rows = zip(days, WARMTH, use, strict=True)
    file = written(tmp_path / "m.csv", ["day", "temp", "office"], rows)
    one = [date(2020, 1, 1) + timedelta(days=n) for n in range(366)]
    colder = {day: WARMTH[(day - date(2018, 1, 1)).days] - 1 for day in days[365:]}
    rows = [(day, colder.get(_in(day, 2019), 0)) for day in one if (day.month, day.day) != (2, 29)]
    normal = written(tmp_path / "normal.csv", ["day", "temp"], rows)
    [told] = baselines_of(file, Asked(normal=normal))

    year = told["normal_year"]
    assert (year["periods"], year["used"]) == (365, pytest.approx(use[365:].sum()))
    cold = (WARMTH[365:] < 14).sum()
    assert year["normal"] - year["used"] == pytest.approx(5 * cold, rel=0.15)
    with pytest.raises(InputError, match="has no temperature of 1-01"):
        baselines_of(file, Asked(normal=written(tmp_path / "x.csv", ["day", "temp"], rows[1:])))


def _in(day, year):
    return day.replace(year=year)


def test_a_calendar_knows_holidays_and_the_workdays_that_make_up_for_them():
    days = np.array([(date(2015, 1, n) - date(1970, 1, 1)).days for n in (1, 2, 4, 5, 10)])

    assert off_days("CN", days).tolist() == [True, True, False, False, True]
    with pytest.raises(InputError, match="There are CN"):
        off_days("XX", days)
