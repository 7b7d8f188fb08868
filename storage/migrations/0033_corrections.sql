-- What people say of readings is a fact with a person and a reason; taken back, all is as if it had never been said.

-- The id is the seq of the rank-1 reading that a void or a set value is, so it is drawn with the ids of
-- corrections by file. What a verdict or an exchange replaced comes back with the undo.
CREATE TABLE amendment (
    id bigint PRIMARY KEY DEFAULT nextval('correction_id_seq'),
    channel_id integer NOT NULL REFERENCES channel,
    at timestamptz NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('void', 'set', 'reinstate', 'wrap', 'exchange', 'use', 'withdraw')),
    value bigint CHECK ((kind IN ('set', 'use')) = (value IS NOT NULL)), -- channel quanta
    replaced bigint,       -- the row of verdict or exchange that was known of the instant before
    source text NOT NULL,  -- why, or on which paper it stands
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE INDEX ON amendment (channel_id, at);
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON amendment
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
ALTER TABLE amendment ENABLE ROW LEVEL SECURITY;
ALTER TABLE amendment FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON amendment TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON amendment FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT access.sees_channels()));
CREATE POLICY made ON amendment FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT access.writes_channels()));
CREATE POLICY retired ON amendment FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT access.writes_channels()));
GRANT SELECT ON amendment TO commonwatt_api, commonwatt_worker;
GRANT INSERT, UPDATE (known_until) ON amendment TO commonwatt_api;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO commonwatt_api;

-- The only ways in which the application touches readings. Both take the lock under which the
-- collector replaces what stands (its class is 2), so that neither loses what the other writes.
CREATE FUNCTION storage.put_correction(asked bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c amendment;
    stood reading_revision;
BEGIN
    SELECT * INTO STRICT c FROM amendment
     WHERE id = asked AND kind IN ('void', 'set') AND known_until IS NULL
       AND channel_id IN (SELECT access.writes_channels());
    PERFORM storage.ensure_months(c.at, c.at);
    PERFORM pg_advisory_xact_lock(2, c.channel_id);
    INSERT INTO reading (channel_id, at, rank, seq, value)
    VALUES (c.channel_id, c.at, 1, c.id, c.value) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT at, value, seq, channel_id, rank INTO STRICT stood
      FROM reading WHERE channel_id = c.channel_id AND at = c.at;
    IF (stood.rank, stood.seq) > (1, c.id) THEN
        INSERT INTO reading_revision (channel_id, at, rank, seq, value)
        VALUES (c.channel_id, c.at, 1, c.id, c.value) ON CONFLICT DO NOTHING;
        RETURN;
    END IF;
    INSERT INTO reading_revision SELECT stood.* ON CONFLICT DO NOTHING;
    UPDATE reading SET rank = 1, seq = c.id, value = c.value
     WHERE channel_id = c.channel_id AND at = c.at;
END $$;

-- Of what is left, the greatest (rank, seq, value) stands, as if the correction had never been.
CREATE FUNCTION storage.take_back_correction(asked bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c amendment;
    best reading_revision;
BEGIN
    SELECT * INTO STRICT c FROM amendment
     WHERE id = asked AND kind IN ('void', 'set')
       AND channel_id IN (SELECT access.writes_channels());
    PERFORM pg_advisory_xact_lock(2, c.channel_id);
    DELETE FROM reading_revision
     WHERE channel_id = c.channel_id AND at = c.at AND rank = 1 AND seq = c.id;
    PERFORM FROM reading
      WHERE channel_id = c.channel_id AND at = c.at AND rank = 1 AND seq = c.id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO best FROM reading_revision WHERE channel_id = c.channel_id AND at = c.at
     ORDER BY rank DESC, seq DESC, value DESC NULLS LAST LIMIT 1;
    IF NOT FOUND THEN
        DELETE FROM reading WHERE channel_id = c.channel_id AND at = c.at;
        RETURN;
    END IF;
    UPDATE reading SET rank = best.rank, seq = best.seq, value = best.value
     WHERE channel_id = c.channel_id AND at = c.at;
    DELETE FROM reading_revision
     WHERE channel_id = best.channel_id AND at = best.at AND rank = best.rank
       AND seq = best.seq AND value IS NOT DISTINCT FROM best.value;
END $$;

-- What the metered accounts of a channel would be, were its hours from first to until (not included,
-- ms) these; only accounts that would differ. Those beyond the viewer have no institution.
CREATE FUNCTION storage.accounts_with(asked integer, first bigint, until bigint, hours bigint[],
                                      fresh bigint[])
RETURNS TABLE (institution_id integer, carrier text, month date, before numeric, after numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH span AS MATERIALIZED (
        SELECT z.zone, (to_timestamp(first / 1000.0) AT TIME ZONE z.zone)::date AS day,
               (to_timestamp((until - 1) / 1000.0) AT TIME ZONE z.zone)::date AS last_day
          FROM channel z
         WHERE z.id = asked AND z.id IN (SELECT access.writes_channels())
    ), day AS MATERIALIZED (
        SELECT (h.hour AT TIME ZONE s.zone)::date AS day, sum(h.used)::numeric AS used
          FROM span s
         CROSS JOIN LATERAL (
               SELECT u.hour, u.used FROM usage_hour u
                WHERE u.channel_id = asked
                  AND u.hour >= s.day::timestamp AT TIME ZONE s.zone
                  AND u.hour < (s.last_day + 1)::timestamp AT TIME ZONE s.zone
                  AND (u.hour < to_timestamp(first / 1000.0)
                       OR u.hour >= to_timestamp(until / 1000.0))
                UNION ALL
               SELECT to_timestamp(n.hour / 1000.0), n.used
                 FROM unnest(hours, fresh) AS n (hour, used)) h
         GROUP BY 1
    ), touched AS MATERIALIZED (
        SELECT DISTINCT t.institution_id, t.carrier, date_trunc('month', d.day)::date AS month
          FROM span s
         CROSS JOIN LATERAL generate_series(s.day::timestamp, s.last_day, interval '1 day') d (day)
          JOIN account_term t ON t.channel_id = asked AND t.known_until IS NULL
           AND t.valid_from <= d.day AND (t.valid_to IS NULL OR d.day < t.valid_to)
    ), used AS (
        SELECT t.institution_id, t.carrier, x.month, t.channel_id, t.share::numeric AS share, d.day,
               d.used::numeric AS used
          FROM touched x
          JOIN account_term t ON t.institution_id = x.institution_id AND t.carrier = x.carrier
           AND t.known_until IS NULL
         CROSS JOIN span s
          JOIN usage_day d ON d.channel_id = t.channel_id
           AND d.day >= greatest(t.valid_from, x.month)
           AND d.day < least(coalesce(t.valid_to, 'infinity'), x.month + interval '1 month')
           AND (d.channel_id <> asked OR d.day < s.day OR d.day > s.last_day)
         UNION ALL
        SELECT t.institution_id, t.carrier, x.month, t.channel_id, t.share, d.day, d.used
          FROM touched x
          JOIN account_term t ON t.institution_id = x.institution_id AND t.carrier = x.carrier
           AND t.channel_id = asked AND t.known_until IS NULL
          JOIN day d ON d.day >= greatest(t.valid_from, x.month)
           AND d.day < least(coalesce(t.valid_to, 'infinity'), x.month + interval '1 month')
    ), made AS (
        SELECT u.institution_id, u.carrier, u.month,
               sum(floor(u.used * (b.before + u.share) * 0.000001 + 0.5)
                   - floor(u.used * b.before * 0.000001 + 0.5)) AS after
          FROM used u
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(o.share), 0)::numeric AS before FROM account_term o
                WHERE o.channel_id = u.channel_id AND o.known_until IS NULL
                  AND o.institution_id < u.institution_id
                  AND o.valid_from <= u.day AND (o.valid_to IS NULL OR u.day < o.valid_to)) b
         GROUP BY 1, 2, 3
    )
    SELECT CASE WHEN x.institution_id IN (SELECT access.sees()) THEN x.institution_id END,
           x.carrier, x.month, a.quanta::numeric, m.after
      FROM touched x
      LEFT JOIN made m USING (institution_id, carrier, month)
      LEFT JOIN account a ON a.institution_id = x.institution_id AND a.carrier = x.carrier
           AND a.month = x.month AND a.source = 'meter'
     WHERE a.quanta IS DISTINCT FROM m.after
     ORDER BY x.month, x.institution_id, x.carrier
$$;

REVOKE ALL ON FUNCTION storage.put_correction, storage.take_back_correction, storage.accounts_with
    FROM public;
GRANT EXECUTE ON FUNCTION storage.put_correction, storage.take_back_correction,
    storage.accounts_with TO commonwatt_api;

-- What a person says of a reading asks for the right to correct readings.
ALTER POLICY made ON verdict
    WITH CHECK (channel_id IN (SELECT access.covers_channels('correct_readings')));
ALTER POLICY retired ON verdict
    USING (channel_id IN (SELECT access.covers_channels('correct_readings')));
