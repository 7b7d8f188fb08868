-- requires: timescaledb
-- Chunks come by themselves; the worker converts old ones.

-- The same call as on plain PostgreSQL; chunks come by themselves.
CREATE FUNCTION storage.ensure_months(first timestamptz, last timestamptz) RETURNS integer
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS 'SELECT 0';

-- TimescaleDB's own policies need an owner that may log in, and ours may not. One worker at a time,
-- and one chunk a transaction: who writes to it waits that long. Late readings lie beside a
-- converted chunk, whose status then is not 1, until it is converted again.
CREATE FUNCTION storage.convert_old_chunk(before timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    chunk regclass;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('storage.convert_old_chunk')) THEN
        RETURN false;
    END IF;
    SELECT c.name INTO chunk
      FROM (SELECT format('%I.%I', chunk_schema, chunk_name)::regclass AS name, range_end
              FROM timescaledb_information.chunks
             WHERE hypertable_schema = 'public' AND hypertable_name IN ('reading', 'usage_hour')
               AND range_end <= before) c
     WHERE _timescaledb_functions.chunk_status(c.name) <> 1
     ORDER BY c.range_end, c.name LIMIT 1;
    IF chunk IS NULL THEN
        RETURN false;
    END IF;
    PERFORM compress_chunk(chunk);
    RETURN _timescaledb_functions.chunk_status(chunk) = 1;
END $$;
REVOKE ALL ON FUNCTION storage.convert_old_chunk FROM public;
GRANT EXECUTE ON FUNCTION storage.convert_old_chunk TO commonwatt_worker;
REVOKE ALL ON FUNCTION storage.ensure_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.ensure_months
    TO commonwatt_collector, commonwatt_worker;
