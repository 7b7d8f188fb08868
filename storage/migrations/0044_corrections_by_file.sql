-- A file that corrects is an act of a person like the others: told before, on record, undone as if never made.

-- Each channel of the file has its own amendment, whose id is the seq of its readings; `correction`
-- is the file.
ALTER TABLE amendment
    ADD COLUMN last timestamptz,                       -- of a file's readings; `at` is the first
    ADD COLUMN readings integer CHECK (readings > 0),
    ADD COLUMN file_id bigint REFERENCES correction,
    DROP CONSTRAINT amendment_kind_check,
    ADD CONSTRAINT amendment_kind_check CHECK (kind IN
        ('void', 'set', 'reinstate', 'wrap', 'exchange', 'use', 'withdraw', 'file')),
    ADD CONSTRAINT amendment_of_file CHECK (
        (kind = 'file') = (file_id IS NOT NULL AND last >= at AND readings IS NOT NULL));
CREATE INDEX ON amendment (file_id) WHERE file_id IS NOT NULL;

-- How many channels a file corrects, so that nobody takes back the part of it that they see.
ALTER TABLE correction ADD COLUMN channels integer CHECK (channels > 0);

CREATE POLICY made ON correction FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer());
-- Whoever sees a channel that a file corrected may see which file it was, and who brought it.
CREATE POLICY seen_of_channel ON correction FOR SELECT TO commonwatt_api
    USING (EXISTS (SELECT FROM amendment a WHERE a.file_id = correction.id));
GRANT INSERT ON correction TO commonwatt_api;
REVOKE INSERT ON correction FROM commonwatt_collector;

-- One row for each run of days, so that the ends of two years do not queue what lies between.
CREATE FUNCTION storage.queue_instants(asked integer, instants timestamptz[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_catalog, pg_temp AS $$
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT asked, min(at), max(at)
      FROM (SELECT at, count(*) FILTER (WHERE apart) OVER (ORDER BY at) AS run
              FROM (SELECT at, at - lag(at) OVER (ORDER BY at) > interval '1 day' AS apart
                      FROM unnest(instants) AS t (at)) a) r
     GROUP BY run
$$;

-- All readings of a file for one channel. A later correction that came to stand meanwhile stays.
CREATE FUNCTION storage.put_file(asked bigint, instants timestamptz[], quanta bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c amendment;
    month timestamptz;
BEGIN
    SELECT * INTO STRICT c FROM amendment
     WHERE id = asked AND kind = 'file' AND known_until IS NULL
       AND channel_id IN (SELECT access.writes_channels());
    IF EXISTS (SELECT FROM unnest(instants) AS t (at) WHERE t.at NOT BETWEEN c.at AND c.last) THEN
        RAISE check_violation USING MESSAGE = 'a reading lies outside the span of its file';
    END IF;
    FOR month IN SELECT DISTINCT date_trunc('month', t.at, 'UTC') FROM unnest(instants) AS t (at)
    LOOP
        PERFORM storage.ensure_months(month, month);
    END LOOP;
    PERFORM pg_advisory_xact_lock(2, c.channel_id);
    INSERT INTO reading_revision (channel_id, at, rank, seq, value)
    SELECT c.channel_id, n.at, lost.rank, lost.seq, lost.value
      FROM unnest(instants, quanta) AS n (at, value)
     CROSS JOIN LATERAL (
           SELECT rank, seq, value FROM reading
            WHERE channel_id = c.channel_id AND at = n.at LIMIT 1) r
     CROSS JOIN LATERAL (
           SELECT l.* FROM (VALUES (1::smallint, c.id, n.value), (r.rank, r.seq, r.value))
                  AS l (rank, seq, value)
            ORDER BY l.rank, l.seq LIMIT 1) lost
        ON CONFLICT DO NOTHING;
    INSERT INTO reading AS r (channel_id, at, rank, seq, value)
    SELECT c.channel_id, n.at, 1, c.id, n.value FROM unnest(instants, quanta) AS n (at, value)
        ON CONFLICT (channel_id, at) DO UPDATE
       SET rank = EXCLUDED.rank, seq = EXCLUDED.seq, value = EXCLUDED.value
     WHERE (r.rank, r.seq) < (1, c.id);
    PERFORM storage.queue_instants(c.channel_id, instants);
END $$;

-- Of what is left at each instant, the greatest (rank, seq, value) stands, as if the correction had
-- never been; where nothing is left, there is no reading.
CREATE OR REPLACE FUNCTION storage.take_back_correction(asked bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c amendment;
    until timestamptz;
    stood timestamptz[];
    outdone timestamptz[];
BEGIN
    SELECT * INTO STRICT c FROM amendment
     WHERE id = asked AND kind IN ('void', 'set', 'file')
       AND channel_id IN (SELECT access.writes_channels());
    until := coalesce(c.last, c.at);
    PERFORM pg_advisory_xact_lock(2, c.channel_id);
    WITH gone AS (
        DELETE FROM reading_revision
         WHERE channel_id = c.channel_id AND at BETWEEN c.at AND until AND rank = 1 AND seq = c.id
        RETURNING at)
    SELECT coalesce(array_agg(at), '{}') INTO outdone FROM gone;
    stood := ARRAY(SELECT at FROM reading WHERE channel_id = c.channel_id
                      AND at BETWEEN c.at AND until AND rank = 1 AND seq = c.id);
    PERFORM storage.queue_instants(c.channel_id, stood || outdone);
    DELETE FROM reading r
     WHERE r.channel_id = c.channel_id AND r.at = ANY (stood)
       AND NOT EXISTS (SELECT FROM reading_revision v
                        WHERE v.channel_id = r.channel_id AND v.at = r.at);
    INSERT INTO reading AS r (channel_id, at, rank, seq, value)
    SELECT DISTINCT ON (v.at) v.channel_id, v.at, v.rank, v.seq, v.value
      FROM reading_revision v WHERE v.channel_id = c.channel_id AND v.at = ANY (stood)
     ORDER BY v.at, v.rank DESC, v.seq DESC, v.value DESC NULLS LAST
        ON CONFLICT (channel_id, at) DO UPDATE
       SET rank = EXCLUDED.rank, seq = EXCLUDED.seq, value = EXCLUDED.value;
    DELETE FROM reading_revision v USING reading r
     WHERE v.channel_id = c.channel_id AND v.at = ANY (stood)
       AND r.channel_id = v.channel_id AND r.at = v.at AND r.at BETWEEN c.at AND until
       AND (r.rank, r.seq) = (v.rank, v.seq) AND r.value IS NOT DISTINCT FROM v.value;
END $$;

REVOKE ALL ON FUNCTION storage.queue_instants, storage.put_file FROM public;
GRANT EXECUTE ON FUNCTION storage.put_file TO commonwatt_api;
