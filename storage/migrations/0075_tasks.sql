-- What must happen later is a task: whoever started it sees how far it is, and what became of it.
ALTER TABLE due RENAME TO task;
ALTER INDEX due_pkey RENAME TO task_pkey;
ALTER SEQUENCE due_id_seq RENAME TO task_id_seq;
ALTER TABLE task RENAME COLUMN said TO error;
ALTER TABLE task
    ADD COLUMN reason text,         -- the stable code of what went wrong last time
    ADD COLUMN by text,             -- who had it started
    ADD COLUMN rows_left bigint,    -- of one that counts
    ADD COLUMN result jsonb,
    ADD COLUMN added_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN done_at timestamptz;
DROP INDEX due_at_idx;
CREATE INDEX ON task (at) WHERE done_at IS NULL;
CREATE INDEX ON task (kind, key) WHERE done_at IS NULL;
CREATE INDEX ON task (done_at) WHERE done_at IS NOT NULL;
UPDATE task SET kind = 'progress.record' WHERE kind = 'standing';
DELETE FROM task WHERE kind = 'rejects.forget';  -- whoever works plans it anew

REVOKE ALL ON task FROM commonwatt_api;
GRANT SELECT ON task TO commonwatt_api;
ALTER TABLE task ENABLE ROW LEVEL SECURITY;
CREATE POLICY ours ON task TO commonwatt_owner, commonwatt_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON task FOR SELECT TO commonwatt_api
    USING (by = access.viewer() OR (SELECT access.administers()));

-- The same again moves to the earlier instant. A row that is locked is being done, or is being
-- moved by somebody else at this moment: nobody waits for that, there will be two, and whoever takes
-- one of them answers both.
CREATE FUNCTION access.add_task(wanted text, named text, instant timestamptz, said jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    UPDATE task SET at = least(at, instant), payload = said
     WHERE id = (SELECT id FROM task WHERE kind = wanted AND key = named AND done_at IS NULL
                  ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id INTO found;
    IF found IS NULL THEN
        INSERT INTO task (kind, key, at, payload, by)
        VALUES (wanted, named, instant, said, access.viewer())
        RETURNING id INTO found;
    END IF;
    RETURN found;
END $$;

-- Have what failed tried again at once.
CREATE FUNCTION access.retry_tasks(asked bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    retried integer;
BEGIN
    UPDATE task SET at = now()
     WHERE id IN (SELECT id FROM task
                   WHERE done_at IS NULL AND attempts > 0 AND (asked IS NULL OR id = asked)
                     AND (by = access.viewer() OR access.administers())
                     FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS retried = ROW_COUNT;
    RETURN retried;
END $$;

-- What looks after members' logins and old chunks says that it lives, as the queues' lanes do.
ALTER TABLE worker_lane DROP CONSTRAINT worker_lane_queue_check;
ALTER TABLE worker_lane ADD CONSTRAINT worker_lane_queue_check
    CHECK (queue IN ('usage', 'accounts', 'tasks', 'upkeep'));

DROP FUNCTION access.backlog();
CREATE FUNCTION access.backlog()
RETURNS TABLE (usage_rows bigint, account_rows bigint, task_rows bigint, task_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM stale_usage), (SELECT count(*) FROM stale_account),
           (SELECT count(*) FROM task WHERE done_at IS NULL AND at <= now()),
           (SELECT min(at) FROM task WHERE done_at IS NULL AND at <= now())
$$;

CREATE OR REPLACE FUNCTION access.queues()
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

REVOKE ALL ON FUNCTION access.add_task, access.retry_tasks, access.backlog FROM public;
GRANT EXECUTE ON FUNCTION access.add_task TO commonwatt_api, commonwatt_worker;
GRANT EXECUTE ON FUNCTION access.retry_tasks, access.backlog TO commonwatt_api;
