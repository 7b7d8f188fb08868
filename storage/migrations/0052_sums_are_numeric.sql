-- Where a member stands is a sum over thousands of institutions, and a thousandfold of it was compared: both may be more than 64 bits hold.
DROP VIEW report.standing;
ALTER TABLE standing
    ALTER COLUMN quota_g TYPE numeric, ALTER COLUMN due_g TYPE numeric,
    ALTER COLUMN used_g TYPE numeric, ALTER COLUMN compared_path_g TYPE numeric,
    ALTER COLUMN compared_used_g TYPE numeric;
ALTER TABLE standing_part
    ALTER COLUMN quota_g TYPE numeric, ALTER COLUMN due_g TYPE numeric,
    ALTER COLUMN used_g TYPE numeric, ALTER COLUMN compared_path_g TYPE numeric,
    ALTER COLUMN compared_used_g TYPE numeric;
CREATE VIEW report.standing WITH (security_barrier) AS
SELECT s.union_id, s.indicator, s.year, s.day, s.member_id, s.institution_id, s.run_id, s.quota_g,
       s.due_g, s.used_g, s.measured_s, s.expected_s, coalesce(s.known_s, s.measured_s) AS known_s,
       coalesce(s.compared_path_g, s.due_g) AS compared_path_g,
       CASE WHEN s.compared_path_g IS NULL THEN s.used_g ELSE s.compared_used_g END
           AS compared_used_g,
       coalesce(s.compared_path_g, s.due_g) * 1000 >= s.due_g * s.enough_permille
           AND s.due_g > 0 AS enough, s.enough_permille, s.made_at AS as_of,
       s.institutions, s.unmeasured, s.months, s.compared_months
  FROM standing s
  JOIN run_in_force f ON f.union_id = s.union_id AND f.indicator = s.indicator
       AND f.year = s.year AND f.run_id = s.run_id
 WHERE s.institution_id IN (SELECT access.sees())
    OR (s.institution_id IS NULL AND (s.union_id, s.indicator, s.year, s.day, s.member_id) IN (
            SELECT m.union_id, m.indicator, m.year, m.day, m.member_id
              FROM access.standing_sums() m));
GRANT SELECT ON report.standing TO commonwatt_api, commonwatt_boards;
