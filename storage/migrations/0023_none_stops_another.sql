-- No reading, person or member stops another: what cannot be computed is set aside with its reason,
-- an account has a stated maximum, and each queue says since when its oldest row waits.

-- A poison row: what stands in the queue for it stays there until `retry_at`, and all else goes on.
CREATE TABLE set_aside (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage text NOT NULL CHECK (stage IN ('usage', 'account', 'figure')),
    key text NOT NULL,         -- of the stage: a channel, an institution, an account
    channel_id integer REFERENCES channel,
    institution_id integer REFERENCES institution,
    carrier text,
    month date,
    reason text NOT NULL,      -- the stable code
    said text NOT NULL,        -- what the program or the database said
    attempts integer NOT NULL DEFAULT 1,
    since timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    retry_at timestamptz,      -- null: computed anew when something it is made of changes
    UNIQUE (stage, key)
);
ALTER TABLE set_aside ENABLE ROW LEVEL SECURITY;
ALTER TABLE set_aside FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON set_aside TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON set_aside FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT access.sees()));
GRANT SELECT, INSERT, UPDATE, DELETE ON set_aside TO commonwatt_worker;
GRANT SELECT ON set_aside TO commonwatt_api;

CREATE VIEW report.set_aside WITH (security_barrier) AS
SELECT s.id, s.stage, s.channel_id, s.institution_id, s.carrier, s.month, s.reason, s.said,
       s.attempts, s.since, s.last_at, s.retry_at
  FROM set_aside s
 WHERE s.institution_id IN (SELECT access.sees());
GRANT SELECT ON report.set_aside TO commonwatt_api, commonwatt_boards;

-- Have what was set aside tried again at once; what has no row of a queue gets one.
CREATE FUNCTION access.retry_set_aside(asked bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    retried integer;
BEGIN
    WITH wanted AS (
        UPDATE set_aside SET retry_at = now()
         WHERE (asked IS NULL OR id = asked) AND institution_id IN (SELECT access.writes())
        RETURNING stage, institution_id, month
    ), queued AS (
        INSERT INTO stale_account (institution_id, first, last)
        SELECT institution_id, month, month FROM wanted WHERE stage = 'figure'
    )
    SELECT count(*) INTO retried FROM wanted;
    RETURN retried;
END $$;

-- Since when the oldest waits. A constant default costs no rewrite.
ALTER TABLE stale_usage ADD COLUMN queued_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE stale_account ADD COLUMN queued_at timestamptz NOT NULL DEFAULT now();

-- When a worker last looked at each queue, and last took something out of it.
CREATE TABLE worker_lane (
    queue text PRIMARY KEY CHECK (queue IN ('usage', 'accounts', 'tasks')),
    looked_at timestamptz NOT NULL,
    moved_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON worker_lane TO commonwatt_worker;

-- Each queue: its rows, since when the oldest waits that nobody set aside, how many things are set
-- aside, and when it last moved. Counts and instants, no name in them.
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
              FROM due) q
      LEFT JOIN worker_lane l ON l.queue = q.queue
$$;
REVOKE ALL ON FUNCTION access.retry_set_aside, access.queues FROM public;
GRANT EXECUTE ON FUNCTION access.retry_set_aside TO commonwatt_api;
GRANT EXECUTE ON FUNCTION access.queues TO commonwatt_api, commonwatt_worker;
