"""What the panels of an institution ask of its accounts."""

from typing import Final

from dashboards.boards import fragments as f

OWN: Final = "institution_id = nullif('$institution', '')::integer"
ASKED: Final = "ARRAY[nullif('$institution', '')::integer]"
ENERGY: Final = f"""
    energy AS (SELECT month, carrier, quanta, kgce_g, co2_g FROM report.account_energy
                WHERE {OWN} AND profile = '$profile' AND counts AND {f.IN_MONTHS})
"""
