-- Days are civil days of a zone; a fact is dated, and never changed.

-- Whole milliseconds since 1970, as our programs count; an open end is far away.
CREATE FUNCTION storage.ms(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN isfinite(at)
                THEN floor(extract(epoch FROM at - timestamptz '1970-01-01+00') * 1000)::bigint
                WHEN at > timestamptz '1970-01-01+00' THEN 9000000000000000
                ELSE -9000000000000000 END;

-- Today where a meter is. It is what our programs say it is, for all zones alike.
CREATE FUNCTION storage.today(zone text) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN current_setting('commonwatt.today', true) <> ''
                     AND (pg_has_role(session_user, 'commonwatt_api', 'MEMBER')
                          OR pg_has_role(session_user, 'commonwatt_worker', 'MEMBER'))
                THEN current_setting('commonwatt.today', true)::date
                ELSE storage.civil_day(now(), zone) END;

CREATE FUNCTION storage.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.today(storage.civil_zone());

-- Whether the server knows a civil zone: one channel whose zone it does not know stops no account.
CREATE FUNCTION storage.is_zone(zone text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM now() AT TIME ZONE zone;
    RETURN true;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END $$;

-- The installation's zone is a setting; a region may state its own.

-- The zone of days that belong to no meter and no region: of grants, facts, rosters. It is asked
-- for in every row of every list, so it stands in the function itself, which only this sets;
-- whoever owns the database does so, with `commonwatt migrate`.
CREATE FUNCTION storage.set_civil_zone(wanted text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT storage.is_zone(wanted) THEN
        RAISE EXCEPTION 'unknown zone %', wanted USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF wanted <> storage.civil_zone() THEN
        EXECUTE format('CREATE OR REPLACE FUNCTION storage.civil_zone() RETURNS text '
                       'LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %L', wanted);
    END IF;
END $$;

-- The seconds that a channel which counts in an account should hold, as far as days are over: today
-- and what is still to come are never missing. As analytics.coverage.expected_s.
CREATE FUNCTION storage.expected_s(valid_from date, valid_to date, zone text, first date, until date,
                                   today date) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
    RETURN greatest(0, extract(epoch FROM
        (least(until, valid_to, today)::timestamp AT TIME ZONE zone)
        - (greatest(first, valid_from)::timestamp AT TIME ZONE zone)))::bigint;

-- The seconds that a channel in account should hold in a month, seen when the month is over.
CREATE FUNCTION storage.whole_s(valid_from date, valid_to date, zone text, month date)
RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.expected_s(valid_from, valid_to, zone, month,
                              (month + interval '1 month')::date,
                              (month + interval '1 month')::date);

-- A quota's months: as the run cut them, and in the same proportion where the books moved it since.
CREATE FUNCTION storage.months_of(months bigint[], whole bigint) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    WITH part AS (
        SELECT m.place, m.grams, sum(m.grams) OVER () AS total,
               sum(m.grams) OVER (ORDER BY m.place) AS upto,
               count(m.grams) OVER () AS known, count(m.grams) OVER (ORDER BY m.place) AS nth
          FROM unnest(months) WITH ORDINALITY AS m (grams, place)
    ), cut AS (
        SELECT place, grams, total,
               CASE WHEN total <> 0 THEN floor(whole * upto / total + 0.5)
                    ELSE floor(whole::numeric * nth / nullif(known, 0) + 0.5) END AS upto
          FROM part
    )
    SELECT CASE WHEN whole = (SELECT total FROM part LIMIT 1) THEN months
                ELSE (SELECT array_agg(CASE WHEN grams IS NOT NULL
                                            THEN upto - coalesce(before, 0) END ORDER BY place)
                        FROM (SELECT *, lag(upto) OVER (ORDER BY place) AS before FROM cut) c)
           END::bigint[]
$$;

-- Facts are never changed: a new row is known from now on, the old one until now.
CREATE FUNCTION storage.only_retire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.known_until IS NOT NULL OR NEW.known_until IS NULL
       OR to_jsonb(NEW) - 'known_until' IS DISTINCT FROM to_jsonb(OLD) - 'known_until' THEN
        RAISE EXCEPTION 'a fact of % is never changed, only known until an instant', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION storage.never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

REVOKE ALL ON FUNCTION storage.is_zone, storage.set_civil_zone, storage.months_of
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION storage.is_zone
    TO commonwatt_api;

GRANT EXECUTE ON FUNCTION storage.months_of
    TO commonwatt_api, commonwatt_boards, commonwatt_worker;
