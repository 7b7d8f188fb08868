"""A board's queries as Grafana must ask them, where its panels would trip over a plain answer."""

from dataclasses import dataclass
from typing import Final

from dashboards.boards.model import Kind, Panel

# The id that Grafana 9 knows; later versions keep it as another name of their data source.
SOURCE_TYPE: Final = "postgres"

# A heat map looks for the unit of its first row of cells, and fails where there is none: an empty
# answer becomes one without a figure at both ends of the period, which shows nothing.
_NEVER_EMPTY: Final = """\
WITH map AS MATERIALIZED (
{sql}
)
SELECT "time", metric, value FROM map
 UNION ALL
SELECT ends.at, to_char(hours.hour, 'FM00'), NULL
  FROM (VALUES ($__timeFrom()::timestamptz), ($__timeTo()::timestamptz)) AS ends(at)
 CROSS JOIN generate_series(0, 23) AS hours(hour)
 WHERE NOT EXISTS (SELECT FROM map)
 ORDER BY 1, 2"""
# A line over months has its points where months begin, which the period may leave out: of a day or
# a week its month still shows, where the period begins.
_WITHIN: Final = """\
SELECT greatest("time", $__timeFrom()::timestamptz) AS "time", {columns} FROM (
{sql}
) AS months
 ORDER BY 1"""


@dataclass(frozen=True)
class Query:
    """A query as the PostgreSQL data source takes it; its own builder."""

    sql: str
    series: bool

    def build(self) -> "Query":
        """Return itself."""
        return self

    def to_json(self) -> dict[str, object]:
        """Return what Grafana stores."""
        return {
            "refId": "A",
            "datasource": {"type": SOURCE_TYPE, "uid": "${ds}"},
            "editorMode": "code",
            "format": "time_series" if self.series else "table",
            "rawQuery": True,
            "rawSql": self.sql,
        }


def query_of(panel: Panel) -> Query:
    """Return what Grafana asks for a panel."""
    sql = dedented(panel.sql)
    if panel.kind is Kind.HEATMAP:
        sql = _NEVER_EMPTY.format(sql=sql)
    elif panel.kind is Kind.LINES and panel.monthly:
        names = ", ".join(column.name for column in panel.columns) or "metric, value"
        sql = _WITHIN.format(sql=sql, columns=names)
    return Query(sql, panel.series)


def dedented(sql: str) -> str:
    """Return a query without the margin that it has in our code."""
    kept = [line.rstrip() for line in sql.strip().splitlines()]
    return "\n".join(line.removeprefix("    ") for line in kept)
