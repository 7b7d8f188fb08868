-- requires: timescaledb
-- TimescaleDB keeps readings and hours in hypertables with columnstore; the worker converts old chunks.

CREATE TABLE reading (LIKE storage.reading_shape INCLUDING ALL);
CREATE TABLE usage_hour (LIKE storage.usage_hour_shape INCLUDING ALL);
DROP TABLE storage.reading_shape, storage.usage_hour_shape;

SELECT create_hypertable('reading', by_range('at', interval '30 days'),
    create_default_indexes => false);
SELECT create_hypertable('usage_hour', by_range('hour', interval '30 days'),
    create_default_indexes => false);

ALTER TABLE reading SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'channel_id', timescaledb.orderby = 'at');
ALTER TABLE usage_hour SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'channel_id', timescaledb.orderby = 'hour');

-- The same call as on plain PostgreSQL; chunks come by themselves.
CREATE FUNCTION storage.ensure_months(first timestamptz, last timestamptz) RETURNS integer
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS 'SELECT 0';

-- TimescaleDB's own policies need an owner that may log in, and ours may not.
CREATE FUNCTION storage.convert_old_chunks(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    chunk regclass;
    converted integer := 0;
BEGIN
    FOR chunk IN
        SELECT format('%I.%I', chunk_schema, chunk_name)::regclass
          FROM timescaledb_information.chunks
         WHERE hypertable_schema = 'public' AND hypertable_name IN ('reading', 'usage_hour')
           AND NOT is_compressed AND range_end <= before
    LOOP
        PERFORM compress_chunk(chunk);
        converted := converted + 1;
    END LOOP;
    RETURN converted;
END $$;
REVOKE ALL ON FUNCTION storage.convert_old_chunks FROM public;
GRANT EXECUTE ON FUNCTION storage.convert_old_chunks TO commonwatt_worker;
