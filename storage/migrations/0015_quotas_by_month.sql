-- The path of a year is drawn by month: of several issues the newest holds; without a base, no quota.

CREATE VIEW report.quota_month WITH (security_barrier) AS
SELECT q.union_id, q.institution_id, q.member_id, q.year,
       make_date(q.year, m.number::integer, 1) AS month, m.quota_g, m.base_g
  FROM (SELECT DISTINCT ON (q.institution_id, q.union_id, q.year) q.*
          FROM run_quota q
          JOIN book_cause c ON c.run_id = q.run_id
         WHERE q.institution_id IN (SELECT access.sees())
         ORDER BY q.institution_id, q.union_id, q.year, c.id DESC) q
 CROSS JOIN LATERAL unnest(q.months_g, q.base_g) WITH ORDINALITY AS m(quota_g, base_g, number)
 WHERE m.base_g IS NOT NULL;
GRANT SELECT ON report.quota_month TO commonwatt_api, commonwatt_boards;
