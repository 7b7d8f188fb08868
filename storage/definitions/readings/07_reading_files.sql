-- Files of readings are taken back by channel, and settled once they cannot be any more.

-- What is told of a file is of the last 24 hours, which are counted here and nowhere else.
CREATE FUNCTION storage.file_is_open(made timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN made > now() - interval '24 hours';

-- What nobody says any more goes, and what it outdid stands again. Some thousand readings at most,
-- under the channel's lock.
CREATE FUNCTION storage.unsay(
    channel integer, instants timestamptz[], seqs bigint[], quanta bigint[],
    OUT gone bigint, OUT back bigint, OUT beside bigint)
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    since timestamptz := (SELECT min(t) FROM unnest(instants) AS t);
    until timestamptz := (SELECT max(t) FROM unnest(instants) AS t);
    stood timestamptz[];
    outdone timestamptz[];
BEGIN
    WITH lost AS (
        DELETE FROM reading_revision v USING unnest(instants, seqs, quanta) AS m (at, seq, value)
         WHERE v.channel_id = channel AND v.at = m.at AND v.rank = 0 AND v.seq = m.seq
           AND v.value = m.value
        RETURNING v.at)
    SELECT coalesce(array_agg(l.at), '{}') INTO outdone FROM lost l;
    stood := ARRAY(SELECT m.at FROM unnest(instants, seqs, quanta) AS m (at, seq, value)
                     CROSS JOIN LATERAL (
                          SELECT r.rank, r.seq, r.value FROM reading r
                           WHERE r.channel_id = channel AND r.at = m.at LIMIT 1) r
                    WHERE r.rank = 0 AND r.seq = m.seq AND r.value = m.value);
    PERFORM storage.queue_instants(channel, stood || outdone);
    PERFORM storage.elect_again(channel, stood, since, until);
    back := (SELECT count(*) FROM unnest(stood) AS t (at)
              WHERE EXISTS (SELECT FROM reading r WHERE r.channel_id = channel AND r.at = t.at));
    gone := cardinality(stood) - back;
    beside := cardinality(outdone);
END $$;

-- How far a file is taken back, which others see while nothing is committed yet: in the name of the
-- session, for the transaction that has begun to tell. Counts readings, over all channels.
CREATE FUNCTION storage.tell_taken_back(asked bigint, more bigint) RETURNS void
LANGUAGE sql SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT set_config('application_name', format('commonwatt undo %s %s', asked,
           more + split_part(s.name, ' ', 4)::bigint), true)
      FROM current_setting('application_name') AS s(name)
     WHERE s.name LIKE format('commonwatt undo %s %%', asked)
$$;

CREATE FUNCTION storage.taken_back_by_now(asked bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT max(split_part(application_name, ' ', 4)::bigint) FROM pg_stat_activity
     WHERE datname = current_database()
       AND application_name ~ format('^commonwatt undo %s [0-9]{1,18}$', asked)
$$;

-- What the file alone said of a channel goes: all is as if the file had never said it. Some thousand
-- readings at a time, so that a file of any length takes the same room. gone: instants without a
-- reading from now on; back: where another reading stands again; beside: others that stood beside
-- what stands; kept: said by another file, too. All is found by keys, however lately it came: no
-- plan may take a table for small that was filled a moment ago.
CREATE FUNCTION storage.take_back_file(asked bigint, channel integer,
    OUT gone bigint, OUT back bigint, OUT beside bigint, OUT kept bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
    SET enable_seqscan = off AS $$
DECLARE
    f reading_file;
    done record;
    instants timestamptz[];
    seqs bigint[];
    quanta bigint[];
    others bigint;
    beyond timestamptz := '-infinity';
    upto timestamptz;
    run bigint;
BEGIN
    SELECT * INTO STRICT f FROM reading_file
     WHERE id = asked AND undone_at IS NULL AND storage.file_is_open(made_at)
       AND channel = ANY (channels)
       AND NOT EXISTS (SELECT FROM unnest(channels) AS c (id)
                        WHERE c.id NOT IN (SELECT s.id FROM access.writes_channels() AS s(id)));
    PERFORM pg_advisory_xact_lock(2, channel);
    gone := 0; back := 0; beside := 0; kept := 0;
    LOOP  -- of what was noted one by one
        SELECT max(p.at) INTO upto
          FROM (SELECT t.at FROM reading_of_file t
                 WHERE t.channel_id = channel AND t.file_id = asked AND t.at > beyond
                 ORDER BY t.at LIMIT 10000) p;
        EXIT WHEN upto IS NULL;
        WITH mine AS (
            DELETE FROM reading_of_file t
             WHERE t.channel_id = channel AND t.file_id = asked AND t.at > beyond AND t.at <= upto
            RETURNING t.at, t.seq, t.value
        ), alone AS (
            SELECT m.at, m.seq, m.value FROM mine m
             WHERE NOT EXISTS (SELECT FROM reading_of_file o
                                WHERE o.channel_id = channel AND o.at = m.at AND o.seq = m.seq
                                  AND o.value = m.value AND o.file_id <> asked))
        SELECT coalesce(array_agg(a.at), '{}'), coalesce(array_agg(a.seq), '{}'),
               coalesce(array_agg(a.value), '{}'), (SELECT count(*) FROM mine) - count(*)
          INTO instants, seqs, quanta, others FROM alone a;
        beyond := upto;
        SELECT * INTO done FROM storage.unsay(channel, instants, seqs, quanta);
        gone := gone + done.gone; back := back + done.back; beside := beside + done.beside;
        kept := kept + others;
        PERFORM storage.tell_taken_back(asked, cardinality(instants) + others);
    END LOOP;
    FOR run IN SELECT id FROM run_of_file t
                WHERE t.channel_id = channel AND (t.file_id = asked OR asked = ANY (t.also))
                ORDER BY t.first LOOP
        UPDATE run_of_file t  -- what others say all of, too, is theirs from now on
           SET file_id = CASE WHEN t.file_id = asked THEN t.also[1] ELSE t.file_id END,
               also = CASE WHEN t.file_id = asked THEN t.also[2:]
                           ELSE array_remove(t.also, asked) END
         WHERE t.id = run AND t.also <> '{}'
        RETURNING cardinality(t.at) INTO others;
        IF FOUND THEN
            kept := kept + others;
            CONTINUE;
        END IF;
        DELETE FROM run_of_file t WHERE t.id = run
        RETURNING t.at, t.seq, t.value INTO instants, seqs, quanta;
        SELECT * INTO done FROM storage.unsay(channel, instants, seqs, quanta);
        gone := gone + done.gone; back := back + done.back; beside := beside + done.beside;
        PERFORM storage.tell_taken_back(asked, cardinality(instants));
    END LOOP;
    PERFORM storage.take_back_starts(asked, channel);
END $$;

CREATE FUNCTION storage.take_back_starts(asked bigint, channel integer) RETURNS void
LANGUAGE sql SET search_path = public, pg_catalog, pg_temp AS $$
    WITH mine AS (
        DELETE FROM start_of_file t WHERE t.channel_id = channel AND t.file_id = asked
        RETURNING t.at, t.seq, t.from_at
    ), gone AS (
        DELETE FROM reading_start s USING mine m
         WHERE s.channel_id = channel AND s.at = m.at AND s.rank = 0 AND s.seq = m.seq
           AND s.from_at = m.from_at
           AND NOT EXISTS (SELECT FROM start_of_file o
                            WHERE o.channel_id = channel AND o.at = m.at AND o.seq = m.seq
                              AND o.from_at = m.from_at AND o.file_id <> asked)
        RETURNING s.from_at, s.at)
    INSERT INTO stale_usage (channel_id, first, last) SELECT channel, from_at, at FROM gone
$$;

-- An hour later than it could be taken back, for whoever was just doing so. What it said is said
-- for good, also where younger files said it too.
CREATE FUNCTION storage.settle_files(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    f reading_file;
    settled integer := 0;
BEGIN
    FOR f IN SELECT * FROM reading_file
              WHERE settled_at IS NULL AND undone_at IS NULL
                AND NOT storage.file_is_open(made_at + interval '1 hour')
              ORDER BY made_at, id LIMIT most FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM pg_advisory_xact_lock(2, c) FROM unnest(f.channels) AS t (c);
        DELETE FROM reading_of_file t USING reading_of_file o
         WHERE o.file_id = f.id AND o.channel_id = ANY (f.channels)
           AND t.channel_id = o.channel_id AND t.at = o.at AND t.seq = o.seq AND t.value = o.value;
        DELETE FROM run_of_file t
         WHERE t.file_id = f.id OR t.channel_id = ANY (f.channels) AND f.id = ANY (t.also);
        DELETE FROM start_of_file t USING start_of_file o
         WHERE o.file_id = f.id AND o.channel_id = ANY (f.channels)
           AND t.channel_id = o.channel_id AND t.at = o.at AND t.seq = o.seq
           AND t.from_at = o.from_at;
        UPDATE reading_file SET settled_at = now() WHERE id = f.id;
        settled := settled + 1;
    END LOOP;
    RETURN settled;
END $$;

REVOKE ALL ON FUNCTION storage.unsay, storage.tell_taken_back, storage.taken_back_by_now,
    storage.take_back_file, storage.take_back_starts, storage.settle_files
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION storage.take_back_file, storage.taken_back_by_now TO commonwatt_api;
GRANT EXECUTE ON FUNCTION storage.settle_files TO commonwatt_worker;
