-- requires: plain
-- Plain PostgreSQL keeps readings and hours in monthly partitions, made before they are needed.

CREATE TABLE reading (LIKE storage.reading_shape INCLUDING ALL) PARTITION BY RANGE (at);
CREATE TABLE usage_hour (LIKE storage.usage_hour_shape INCLUDING ALL) PARTITION BY RANGE (hour);
DROP TABLE storage.reading_shape, storage.usage_hour_shape;

GRANT SELECT, INSERT, UPDATE ON reading TO commonwatt_collector;
GRANT SELECT ON reading TO commonwatt_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_hour TO commonwatt_worker;
