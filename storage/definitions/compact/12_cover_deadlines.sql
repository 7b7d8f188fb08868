-- What follows by itself from how holders stand at a deadline: who is short, or without a year's
-- figure, moves nothing out until its use is covered.

-- How a holder stands over its years before a year. As compact.cover.CoverRecord.status.
CREATE FUNCTION storage.cover_status(h storage.cover_held, now_year integer)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN h.first_year >= now_year THEN 'not_applicable'
                WHEN count(*) = 0 THEN 'excluded'
                WHEN bool_or(asked.g IS NULL) THEN 'c'
                WHEN h.covered_g >= sum(asked.g) THEN 'a' ELSE 'b' END
      FROM (SELECT h.used_g[array_position(h.years, y)]
                   * storage.due_share(y, now_year, h.period_first, h.period_years, h.interim_percent) AS g
              FROM generate_series(h.first_year, least(now_year - 1, h.last_year)) AS y
             WHERE y <> ALL(h.excluded)) asked
$$;

-- Restrict who stood short at the newest deadline and does still, release who stands so no more. A
-- person's word is not overruled: only what followed by itself is lifted by itself, or comes back.
CREATE FUNCTION storage.follow_cover(asked integer, wanted text, whose integer, fresh boolean)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH last AS (
        SELECT max(z.deadline) AS deadline FROM cover_frozen z
         WHERE z.union_id = asked AND z.indicator = wanted HAVING count(*) > 0
    ), stands AS (
        SELECT h.institution_id, l.deadline,
               storage.cover_status(h, extract(year FROM l.deadline)::integer) IN ('b', 'c') AS short
          FROM last l CROSS JOIN LATERAL storage.cover_of(asked, wanted, whose) h
    ), said AS (
        SELECT s.institution_id, s.deadline, s.short, w.state, w.cover_deadline
          FROM stands s
          LEFT JOIN LATERAL (
               SELECT x.state, x.cover_deadline FROM book_account_state x
                WHERE x.union_id = asked AND x.institution_id = s.institution_id
                  AND x.indicator = wanted
                ORDER BY x.id DESC LIMIT 1) w ON true
    )
    INSERT INTO book_account_state (union_id, institution_id, indicator, state, reason, cover_deadline,
                                    made_by)
    SELECT asked, s.institution_id, wanted, CASE WHEN s.short THEN 'restricted' ELSE 'open' END,
           CASE WHEN s.short THEN format('截止 %s 未足额核销 · not covered at the deadline of %s',
                                         s.deadline, s.deadline)
                ELSE format('截止 %s 应核销的已核销 · what was due on %s is covered', s.deadline,
                            s.deadline) END,
           s.deadline, 'user:1'
      FROM said s
     WHERE CASE WHEN s.short
                THEN coalesce(s.state, 'open') = 'open' AND (fresh OR s.cover_deadline = s.deadline)
                ELSE s.state = 'restricted' AND s.cover_deadline IS NOT NULL END
     ORDER BY s.institution_id
$$;

CREATE FUNCTION storage.frozen_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM storage.follow_cover(f.union_id, f.indicator, NULL, true)
       FROM (SELECT DISTINCT union_id, indicator FROM added) f;
    RETURN NULL;
END $$;
CREATE TRIGGER follows AFTER INSERT ON cover_frozen REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION storage.frozen_follows();

CREATE FUNCTION storage.exclusion_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM storage.follow_cover(NEW.union_id, NEW.indicator, NEW.institution_id, false);
    RETURN NULL;
END $$;
CREATE TRIGGER follows AFTER INSERT ON cover_exclusion
    FOR EACH ROW EXECUTE FUNCTION storage.exclusion_follows();

-- A year's figure that is verified, or restated, may cover or lack more.
CREATE FUNCTION storage.figure_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM storage.follow_cover(f.union_id, f.indicator, NEW.institution_id, false)
       FROM (SELECT DISTINCT z.union_id, z.indicator FROM cover_frozen z
              WHERE z.institution_id = NEW.institution_id) f;
    RETURN NULL;
END $$;
CREATE TRIGGER figure_follows AFTER INSERT OR UPDATE ON account_version
    FOR EACH ROW WHEN (new.answer = 'verified') EXECUTE FUNCTION storage.figure_follows();
-- So does leaving the roster, and coming back to it: of years without it nothing is due.
CREATE TRIGGER roster_follows AFTER INSERT OR UPDATE ON institution_fact
    FOR EACH ROW WHEN (new.attribute = 'roster_status'
                       AND new.value IN ('closed', 'dissolved', 'merged', 'split'))
    EXECUTE FUNCTION storage.figure_follows();

-- On the day after the last one to cover the past year, as a clause that binds has it, keep how all
-- stand; a worker that was away for a week does it still. Returns how many holders that are.
CREATE FUNCTION storage.freeze_due(asked integer, wanted text, today date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    months CONSTANT integer := storage.binding_term(asked, 'cover_months')::integer;
    last CONSTANT date := date_trunc('year', today) + make_interval(months => months)
                          - interval '1 day';
    kept bigint;
BEGIN
    IF months IS NULL OR today NOT BETWEEN last + 1 AND last + 7
       OR EXISTS (SELECT FROM cover_frozen z WHERE z.union_id = asked AND z.indicator = wanted AND z.deadline = last) THEN
        RETURN 0;
    END IF;
    INSERT INTO cover_frozen (union_id, indicator, deadline, institution_id, member_id, status, due_g,
                              covered_g, made_by)
    SELECT asked, wanted, last, s.institution_id, s.member_id, s.status,
           CASE WHEN s.status IN ('a', 'b') THEN s.due_g END, s.covered_g, 'user:1'
      FROM (SELECT h.*, storage.cover_status(h, extract(year FROM last)::integer) AS status,
                   (SELECT ceil(sum(u.g * storage.due_share(u.year, extract(year FROM last)::integer,
                               h.period_first, h.period_years, h.interim_percent)))
                      FROM unnest(h.years, h.used_g) AS u (year, g)
                     WHERE u.year < extract(year FROM last) AND u.year <> ALL(h.excluded)) AS due_g
              FROM storage.cover_of(asked, wanted, NULL) h) s;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END $$;

REVOKE ALL ON FUNCTION storage.cover_status, storage.follow_cover, storage.frozen_follows,
    storage.exclusion_follows, storage.figure_follows, storage.freeze_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.freeze_due TO commonwatt_worker;
