-- What boards and officers read of readings, use by the hour, day and month, and refused messages.

-- IS TRUE keeps the viewer's channels a set that is made once in a query: as a join it would be made
-- anew for each channel whose newest reading is looked up.
CREATE VIEW report.reading WITH (security_barrier) AS
SELECT channel_id, at, value, rank, seq FROM reading
 WHERE (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id))) IS TRUE;

CREATE VIEW report.reading_revision WITH (security_barrier) AS
SELECT channel_id, at, value, rank, seq FROM reading_revision
 WHERE (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id))) IS TRUE;

CREATE VIEW report.usage_hour WITH (security_barrier) AS
SELECT u.channel_id, u.hour, u.used, u.measured_s, u.known_s
  FROM storage.seen_channel s JOIN usage_hour u ON u.channel_id = s.channel_id;

CREATE VIEW report.usage_day WITH (security_barrier) AS
SELECT u.channel_id, u.day, u.used, u.measured_s, u.known_s
  FROM storage.seen_channel s JOIN usage_day u ON u.channel_id = s.channel_id;

CREATE VIEW report.usage_month WITH (security_barrier) AS
SELECT u.channel_id, u.month, u.used, u.measured_s, u.known_s
  FROM storage.seen_channel s JOIN usage_month u ON u.channel_id = s.channel_id;

CREATE VIEW report.intake_mark WITH (security_barrier) AS
SELECT channel_id, mark, readings, first, last FROM intake_mark
 WHERE channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id));

-- A guarded meter hides its gateway's refused messages while it is bound there, not for ever after.

-- What a gateway was refused holds readings of whatever it was bound to when it sent them. A
-- gateway keeps what it could not send for some weeks, and a new meter may send before it is bound:
-- a month on both sides is hidden, too. A binding that was taken back without another held until
-- then.
CREATE FUNCTION access.guards_refused()
RETURNS TABLE (gateway text, since timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT g.name, b.valid_from - interval '31 days',
           coalesce(least(b.valid_to, b.known_until), 'infinity') + interval '31 days'
      FROM gateway g
      JOIN binding b ON b.gateway_id = g.id
      JOIN channel c ON c.id = b.channel_id
      JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id IN (SELECT s.id FROM access.guarded_unseen() AS s(id))
       AND g.name IN (SELECT s.id FROM access.sees_gateways() AS s(id))
       AND (b.known_until IS NULL OR NOT EXISTS (
            SELECT FROM binding k
             WHERE k.gateway_id = b.gateway_id AND k.key = b.key AND k.channel_id = b.channel_id
               AND k.known_until IS NULL))
$$;

CREATE VIEW report.rejected WITH (security_barrier) AS
SELECT gateway, received_at, reason, message_zh, message_en, readings, resolved_at
  FROM rejected_message r
 WHERE (SELECT access.administers())
    OR gateway IN (SELECT s.id FROM access.sees_gateways() AS s(id))
       AND NOT EXISTS (SELECT FROM access.guards_refused() h
                        WHERE h.gateway = r.gateway
                          AND r.received_at >= h.since AND r.received_at < h.until);

-- Keys that are bound to no channel now, whoever sees the channel that they might be bound to.
CREATE VIEW report.unbound_key WITH (security_barrier) AS
SELECT k.id AS unbound_id, k.gateway, g.id AS gateway_id, k.key, k.first_at, k.last_at, k.readings,
       k.since, k.at, k.value, k.unit, k.rises, k.falls
  FROM unbound_key k LEFT JOIN gateway g ON g.name = k.gateway
 WHERE NOT EXISTS (SELECT FROM binding b
                    WHERE b.gateway_id = g.id AND b.key = k.key AND b.known_until IS NULL
                      AND b.valid_to IS NULL)
   AND ((SELECT access.administers())
        OR k.gateway IN (SELECT s.id FROM access.sees_gateways() AS s(id))
           AND NOT EXISTS (SELECT FROM access.guards_refused() h
                            WHERE h.gateway = k.gateway
                              AND k.last_at >= h.since AND k.first_at < h.until));

CREATE FUNCTION access.rejects_by_reason()
RETURNS TABLE (reason text, messages bigint, readings bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT reason, count(*), sum(readings) FROM rejected_message
     WHERE resolved_at IS NULL GROUP BY reason
$$;

CREATE FUNCTION access.backlog()
RETURNS TABLE (usage_rows bigint, account_rows bigint, task_rows bigint, task_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM stale_usage), (SELECT count(*) FROM stale_account),
           (SELECT count(*) FROM task WHERE done_at IS NULL AND at <= now()),
           (SELECT min(at) FROM task WHERE done_at IS NULL AND at <= now())
$$;

CREATE FUNCTION access.queues()
RETURNS TABLE (queue text, rows bigint, oldest timestamptz, set_aside bigint,
               looked_at timestamptz, moved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT q.queue, q.rows, q.oldest, q.set_aside, l.looked_at, l.moved_at
      FROM (SELECT 'usage' AS queue, count(*) AS rows,
                   min(u.queued_at) FILTER (WHERE s.key IS NULL) AS oldest,
                   (SELECT count(*) FROM set_aside WHERE stage = 'usage') AS set_aside
              FROM stale_usage u
              LEFT JOIN set_aside s ON s.stage = 'usage' AND s.channel_id = u.channel_id
                   AND s.retry_at > now()
             UNION ALL
            SELECT 'accounts', count(*), min(a.queued_at) FILTER (WHERE s.key IS NULL),
                   (SELECT count(*) FROM set_aside WHERE stage <> 'usage')
              FROM stale_account a
              LEFT JOIN set_aside s ON s.stage = 'account'
                   AND s.institution_id = a.institution_id AND s.retry_at > now()
             UNION ALL
            SELECT 'tasks', count(*) FILTER (WHERE at <= now()),
                   min(at) FILTER (WHERE at <= now() AND attempts = 0),
                   count(*) FILTER (WHERE attempts > 0)
              FROM task WHERE done_at IS NULL) q
      LEFT JOIN worker_lane l ON l.queue = q.queue
$$;

-- By what messages are decoded, whoever takes them; lists of routes ask the table itself.
CREATE FUNCTION access.routes()
RETURNS TABLE (topic text, codec text, gateway text, key text, only_keys text[], settings jsonb,
               since_ms bigint, until_ms bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT topic, codec, gateway, key, only_keys, settings, storage.ms(valid_from),
           storage.ms(coalesce(valid_to, 'infinity'))
      FROM route WHERE known_until IS NULL
$$;

-- It is another one after every change of the routes.
CREATE FUNCTION access.routes_state() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT concat(max(id), ' ', count(known_until)) FROM route
$$;

-- Counts of the whole installation, which name no institution, meter or gateway, as at /metrics:
-- whoever may look at anything sees them.
CREATE VIEW report.intake_minute WITH (security_barrier) AS
SELECT minute, collector, messages, stored, revised, duplicates, refused, commits, write_ms,
       write_most_ms, lag_most_ms
  FROM intake_minute WHERE (SELECT access.may('look'));

CREATE VIEW report.collector WITH (security_barrier) AS
SELECT collector, t.messages, t.stored, t.revised, t.duplicates, t.last_at, b.began_at,
       b.beat_at, b.state, b.unacknowledged, b.oldest_at, b.held, b.held_bytes,
       -- Four beats were missed, and it did not say that it stops.
       coalesce(b.beat_at < now() - interval '20 seconds' AND b.state <> 'stopped', false)
           AS silent
  FROM intake_tally t FULL JOIN collector_beat b USING (collector)
 WHERE (SELECT access.may('look'));

CREATE VIEW report.queue WITH (security_barrier) AS
SELECT queue, rows, oldest, set_aside, looked_at, moved_at FROM access.queues()
 WHERE (SELECT access.may('look'));

CREATE VIEW report.rejected_reason WITH (security_barrier) AS
SELECT reason, messages, readings FROM access.rejects_by_reason()
 WHERE (SELECT access.may('look'));

REVOKE ALL ON FUNCTION access.guards_refused, access.rejects_by_reason, access.backlog,
    access.queues, access.routes, access.routes_state
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.routes, access.routes_state
    TO commonwatt_api, commonwatt_collector;

GRANT EXECUTE ON FUNCTION access.guards_refused
    TO commonwatt_api, commonwatt_boards;

GRANT EXECUTE ON FUNCTION access.backlog
    TO commonwatt_api;

GRANT EXECUTE ON FUNCTION access.rejects_by_reason
    TO commonwatt_api, commonwatt_boards;

GRANT EXECUTE ON FUNCTION access.queues
    TO commonwatt_api, commonwatt_boards, commonwatt_worker;
