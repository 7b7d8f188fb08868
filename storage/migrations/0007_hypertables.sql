-- requires: timescaledb
-- TimescaleDB keeps readings and hours in hypertables with columnstore; the worker converts old
-- chunks.

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

GRANT SELECT, INSERT, UPDATE ON reading TO commonwatt_collector;
GRANT SELECT ON reading TO commonwatt_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_hour TO commonwatt_worker;
