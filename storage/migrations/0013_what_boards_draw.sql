-- What boards draw beyond accounts: words, regions with their subtrees, channels, terms, gateways, rejects.
-- Whoever holds commonwatt_boards reads schema report and nothing else; every view asks access.

CREATE VIEW report.carrier WITH (security_barrier) AS
SELECT code, name_zh, name_en, unit, per_unit, in_total_energy FROM carrier;

CREATE VIEW report.profile WITH (security_barrier) AS
SELECT code, name_zh, name_en, is_default FROM profile;

CREATE VIEW report.institution_class WITH (security_barrier) AS
SELECT code, parent, name_zh, name_en FROM institution_class;

CREATE VIEW report.region WITH (security_barrier) AS
SELECT region_id, parent_id, code, kind, name_zh, name_en, is_demo
  FROM region_fact
 WHERE known_until IS NULL
   AND storage.today() >= valid_from AND (valid_to IS NULL OR storage.today() < valid_to);

-- Every region with itself and all that hold it; steps: how far down it lies.
CREATE VIEW report.region_within WITH (security_barrier) AS
WITH RECURSIVE walk AS (
    SELECT region_id, region_id AS within_id, 0 AS steps FROM report.region
    UNION ALL
    SELECT r.region_id, w.within_id, w.steps + 1
      FROM report.region r JOIN walk w ON r.parent_id = w.region_id
)
SELECT region_id, within_id, steps FROM walk;

-- Where an institution is counted; without names and sizes, so that sums over thousands stay cheap.
CREATE VIEW report.affiliation WITH (security_barrier) AS
SELECT institution_id, region_id, level, department_line
  FROM affiliation
 WHERE known_until IS NULL
   AND storage.today() >= valid_from AND (valid_to IS NULL OR storage.today() < valid_to)
   AND institution_id IN (SELECT access.sees());

CREATE VIEW report.channel WITH (security_barrier) AS
SELECT c.id AS channel_id, m.institution_id, m.code AS meter_code, m.name_zh, m.name_en,
       c.code, c.carrier, c.kind, c.zone, c.since, k.unit, k.per_unit
  FROM channel c
  JOIN meter m ON m.id = c.meter_id
  JOIN carrier k ON k.code = c.carrier
 WHERE c.id IN (SELECT access.sees_channels());

CREATE VIEW report.account_term WITH (security_barrier) AS
SELECT institution_id, carrier, channel_id, share, valid_from, valid_to
  FROM account_term
 WHERE known_until IS NULL AND institution_id IN (SELECT access.sees());

-- The seconds due in each month up to the end of today, also where there is no account.
CREATE VIEW report.account_due WITH (security_barrier) AS
SELECT t.institution_id, t.carrier, m.month::date AS month,
       sum(extract(epoch FROM
           (least(m.month + interval '1 month', t.valid_to, storage.today() + 1)::timestamp
               AT TIME ZONE c.zone)
           - (greatest(m.month, t.valid_from)::timestamp AT TIME ZONE c.zone)))::bigint AS due_s
  FROM account_term t
  JOIN channel c ON c.id = t.channel_id
 CROSS JOIN LATERAL generate_series(
        date_trunc('month', greatest(t.valid_from, '2000-01-01')::timestamp),
        least(storage.today(), t.valid_to - 1)::timestamp, interval '1 month') AS m(month)
 WHERE t.known_until IS NULL AND t.institution_id IN (SELECT access.sees())
   AND greatest(m.month, t.valid_from) < least(m.month + interval '1 month', t.valid_to,
                                               storage.today() + 1)
 GROUP BY t.institution_id, t.carrier, m.month;

-- Of a gateway only the channels that the viewer sees count.
CREATE VIEW report.gateway WITH (security_barrier) AS
SELECT g.name, g.since, count(b.channel_id) AS channels, max(r.at) AS last_reading_at
  FROM gateway g
  LEFT JOIN binding b ON b.gateway_id = g.id AND b.known_until IS NULL
        AND (b.valid_to IS NULL OR b.valid_to > now())
        AND b.channel_id IN (SELECT access.sees_channels())
  LEFT JOIN LATERAL (
        SELECT at FROM reading WHERE channel_id = b.channel_id ORDER BY at DESC LIMIT 1) r ON true
 WHERE g.name IN (SELECT access.sees_gateways())
 GROUP BY g.id, g.name, g.since;

CREATE VIEW report.rejected WITH (security_barrier) AS
SELECT gateway, received_at, reason, message_zh, message_en, readings, resolved_at
  FROM rejected_message
 WHERE gateway IN (SELECT access.sees_gateways()) OR (SELECT access.administers());

GRANT USAGE ON SCHEMA report TO commonwatt_boards;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO commonwatt_api, commonwatt_boards;
ALTER DEFAULT PRIVILEGES IN SCHEMA report GRANT SELECT ON TABLES
    TO commonwatt_api, commonwatt_boards;
