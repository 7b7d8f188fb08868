-- Of a month in which an account begins, ends or pauses all that is due may be known, six days of thirty: it does not stand for its whole beside another year's.

CREATE VIEW storage.month_in_part AS
WITH term AS (
    SELECT institution_id, carrier, valid_from, coalesce(valid_to, 'infinity') AS valid_to
      FROM account_term WHERE known_until IS NULL
), edge AS (
    SELECT institution_id, carrier, valid_from AS day, valid_from - 1 AS beside FROM term
     UNION
    SELECT institution_id, carrier, valid_to, valid_to FROM term WHERE valid_to < 'infinity'
)
SELECT DISTINCT e.institution_id, e.carrier, date_trunc('month', e.day::timestamp)::date AS month
  FROM edge e
 WHERE extract(day FROM e.day) <> 1
   AND NOT EXISTS (SELECT FROM term t
                    WHERE t.institution_id = e.institution_id AND t.carrier = e.carrier
                      AND t.valid_from <= e.beside AND e.beside < t.valid_to);

CREATE VIEW report.month_in_part WITH (security_barrier) AS
SELECT m.institution_id, m.carrier, m.month
  FROM storage.month_in_part m
 WHERE m.institution_id IN (SELECT s.id FROM access.sees() AS s(id));
GRANT SELECT ON report.month_in_part TO commonwatt_api, commonwatt_boards;
