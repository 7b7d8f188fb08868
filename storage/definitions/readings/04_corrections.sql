-- What people say of readings is put among them, and taken back.

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
       AND channel_id IN (SELECT s.id FROM access.writes_channels() AS s(id));
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

-- Of what is left at instants whose reading has been taken back, the greatest (rank, seq, value)
-- stands; where nothing is left, there is no reading. Called under the channel's lock.
CREATE FUNCTION storage.elect_again(
    channel integer, instants timestamptz[], first timestamptz, until timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM reading r
     WHERE r.channel_id = channel AND r.at = ANY (instants) AND r.at BETWEEN first AND until
       AND NOT EXISTS (SELECT FROM reading_revision v
                        WHERE v.channel_id = r.channel_id AND v.at = r.at);
    INSERT INTO reading AS r (channel_id, at, rank, seq, value)
    SELECT DISTINCT ON (v.at) v.channel_id, v.at, v.rank, v.seq, v.value
      FROM reading_revision v WHERE v.channel_id = channel AND v.at = ANY (instants)
     ORDER BY v.at, v.rank DESC, v.seq DESC, v.value DESC NULLS LAST
        ON CONFLICT (channel_id, at) DO UPDATE
       SET rank = EXCLUDED.rank, seq = EXCLUDED.seq, value = EXCLUDED.value;
    DELETE FROM reading_revision v USING reading r
     WHERE v.channel_id = channel AND v.at = ANY (instants)
       AND r.channel_id = v.channel_id AND r.at = v.at AND r.at BETWEEN first AND until
       AND (r.rank, r.seq) = (v.rank, v.seq) AND r.value IS NOT DISTINCT FROM v.value;
END $$;

-- All is as if the correction had never been.
CREATE FUNCTION storage.take_back_correction(asked bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c amendment;
    until timestamptz;
    stood timestamptz[];
    outdone timestamptz[];
BEGIN
    SELECT * INTO STRICT c FROM amendment
     WHERE id = asked AND kind IN ('void', 'set', 'file')
       AND channel_id IN (SELECT s.id FROM access.writes_channels() AS s(id));
    until := coalesce(c.last, c.at);
    PERFORM pg_advisory_xact_lock(2, c.channel_id);
    WITH gone AS (
        DELETE FROM reading_start
         WHERE channel_id = c.channel_id AND at BETWEEN c.at AND until AND rank = 1 AND seq = c.id
        RETURNING from_at, at)
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT c.channel_id, from_at, at FROM gone;
    WITH gone AS (
        DELETE FROM reading_revision
         WHERE channel_id = c.channel_id AND at BETWEEN c.at AND until AND rank = 1 AND seq = c.id
        RETURNING at)
    SELECT coalesce(array_agg(at), '{}') INTO outdone FROM gone;
    stood := ARRAY(SELECT at FROM reading WHERE channel_id = c.channel_id
                      AND at BETWEEN c.at AND until AND rank = 1 AND seq = c.id);
    PERFORM storage.queue_instants(c.channel_id, stood || outdone);
    PERFORM storage.elect_again(c.channel_id, stood, c.at, until);
END $$;

-- A file's part for one channel that the actor corrects, and these instants lie in its span.
CREATE FUNCTION storage.file_of(asked bigint, instants timestamptz[]) RETURNS amendment
LANGUAGE plpgsql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c amendment;
BEGIN
    SELECT * INTO STRICT c FROM amendment
     WHERE id = asked AND kind = 'file' AND known_until IS NULL
       AND channel_id IN (SELECT s.id FROM access.writes_channels() AS s(id));
    IF EXISTS (SELECT FROM unnest(instants) AS t (at) WHERE t.at NOT BETWEEN c.at AND c.last) THEN
        RAISE check_violation USING MESSAGE = 'a reading lies outside the span of its file';
    END IF;
    RETURN c;
END $$;

-- All readings of a file for one channel. A later correction that came to stand meanwhile stays.
CREATE FUNCTION storage.put_file(asked bigint, instants timestamptz[], quanta bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c amendment := storage.file_of(asked, instants);
    month timestamptz;
BEGIN
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

-- When the use of a file's intervals began, where it tells that; undone with the file.
CREATE FUNCTION storage.put_starts(asked bigint, instants timestamptz[], starts timestamptz[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c amendment := storage.file_of(asked, instants);
BEGIN
    INSERT INTO reading_start (channel_id, at, from_at, rank, seq)
    SELECT c.channel_id, n.at, n.from_at, 1, c.id FROM unnest(instants, starts) AS n (at, from_at)
        ON CONFLICT DO NOTHING;
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT c.channel_id, min(s.from_at), s.at FROM reading_start s
     WHERE s.channel_id = c.channel_id AND s.at = ANY (instants) GROUP BY s.at;
END $$;

REVOKE ALL ON FUNCTION storage.queue_instants, storage.elect_again, storage.put_correction, storage.take_back_correction,
    storage.file_of, storage.put_file, storage.put_starts
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION storage.put_correction, storage.take_back_correction, storage.put_file,
    storage.put_starts
    TO commonwatt_api;
