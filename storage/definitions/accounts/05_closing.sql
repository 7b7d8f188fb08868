-- Closing a year: what its months rest on, the version that is locked of it, and what has come since.

-- The twelve months of each carrier that is in account in a year, and, without a carrier, each month on
-- the roster in which no energy is. state: measured, bill, typed, estimate; partial or missing where
-- too little is known of what a meter counts; null where nothing is due.
CREATE FUNCTION storage.year_months(asked integer[], asked_year integer)
RETURNS TABLE (institution_id integer, carrier text, month date, state text, source text,
               quanta bigint, known_s bigint, expected_s bigint, co2_g bigint, kgce_g bigint[],
               energy boolean)
LANGUAGE sql STABLE ROWS 10000 SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = off SET work_mem = '64MB' AS $$
    WITH span AS (
        SELECT make_date(asked_year, 1, 1) AS first, make_date(asked_year + 1, 1, 1) AS until
    ), each AS (
        SELECT m::date AS month, (m + interval '1 month')::date AS until
          FROM span, generate_series(first, until - interval '1 day', interval '1 month') AS m
    ), roster AS MATERIALIZED (
        SELECT a.institution_id, a.region_id, a.valid_from,
               least(a.valid_to, g.day, 'infinity'::date) AS valid_to
          FROM affiliation a
          LEFT JOIN storage.left_roster g ON g.institution_id = a.institution_id
         WHERE a.known_until IS NULL AND a.institution_id = ANY(asked)
           AND a.valid_from < (SELECT until FROM span)
    ), lived AS MATERIALIZED (
        SELECT r.institution_id, min(r.valid_from) AS founded, max(r.valid_to) AS gone
          FROM roster r GROUP BY r.institution_id
    ), enough AS MATERIALIZED (  -- asked once a region
        SELECT r.region_id, storage.enough(NULL, r.region_id) AS share
          FROM (SELECT DISTINCT region_id FROM roster) r
    ), share AS MATERIALIZED (
        SELECT DISTINCT ON (r.institution_id) r.institution_id, e.share
          FROM roster r JOIN enough e USING (region_id)
         ORDER BY r.institution_id, r.valid_from DESC
    ), figure AS MATERIALIZED (
        SELECT f.* FROM account_figure f
         WHERE f.institution_id = ANY(asked)
           AND f.month >= (SELECT first FROM span) AND f.month < (SELECT until FROM span)
    ), other AS (
        SELECT DISTINCT ON (institution_id, carrier, month) *
          FROM figure WHERE source <> 'meter' AND quanta IS NOT NULL
         ORDER BY institution_id, carrier, month, storage.source_rank(source, true)
    ), said AS (  -- one grouping of all that is said of a month is a fraction of joins by text
        SELECT t.institution_id, t.carrier, m.month,
               t.valid_from < m.until AND (t.valid_to IS NULL OR t.valid_to > m.month) AS due,
               false AS part, NULL::bigint AS m_quanta, NULL::bigint AS known_s,
               NULL::bigint AS expected_s, NULL::bigint AS m_co2, NULL::bigint[] AS m_kgce,
               NULL::text AS source, NULL::bigint AS o_quanta, NULL::bigint AS o_co2,
               NULL::bigint[] AS o_kgce, false AS o_first
          FROM account_term t CROSS JOIN each m
         WHERE t.known_until IS NULL AND t.institution_id = ANY(asked)
           AND t.valid_from < (SELECT until FROM span)
           AND (t.valid_to IS NULL OR t.valid_to > (SELECT first FROM span))
         UNION ALL
        SELECT t.institution_id, t.carrier, m.month, true, false, NULL, NULL, NULL, NULL, NULL, NULL,
               NULL, NULL, NULL, false
          FROM stated_term t
          JOIN each m ON t.valid_from < m.until AND (t.valid_to IS NULL OR t.valid_to > m.month)
         WHERE t.institution_id = ANY(asked)
         UNION ALL
        SELECT k.institution_id, k.carrier, m.month, false, false, NULL, NULL, NULL, NULL, NULL, NULL,
               NULL, NULL, NULL, false
          FROM (SELECT DISTINCT institution_id, carrier FROM figure) k CROSS JOIN each m
         UNION ALL
        SELECT institution_id, carrier, month, false, false, quanta, known_s, expected_s, co2_g,
               kgce_g, NULL, NULL, NULL, NULL, false
          FROM figure WHERE source = 'meter'
         UNION ALL
        SELECT institution_id, carrier, month, false, false, NULL, NULL, NULL, NULL, NULL, source,
               quanta, co2_g, kgce_g, before_meter
          FROM other
         UNION ALL
        SELECT p.institution_id, p.carrier, p.month, false, true, NULL, NULL, NULL, NULL, NULL, NULL,
               NULL, NULL, NULL, false
          FROM storage.month_in_part p JOIN each m ON m.month = p.month
         WHERE p.institution_id = ANY(asked)
           AND NOT EXISTS (  -- it came or went that very day: the month is whole as far as it was there
               SELECT FROM lived l
                 JOIN account_term t ON t.institution_id = l.institution_id
                  AND t.known_until IS NULL AND t.carrier = p.carrier
                WHERE l.institution_id = p.institution_id
                  AND ((t.valid_from = l.founded AND l.founded BETWEEN m.month AND m.until)
                       OR (t.valid_to = l.gone AND l.gone BETWEEN m.month AND m.until)))
    ), found AS (
        SELECT g.*, g.m_quanta IS NOT NULL AND NOT g.part AND report.is_enough(
                   g.known_s, g.expected_s,
                   coalesce(s.share, (SELECT storage.enough(NULL, NULL)))) AS enough
          FROM (SELECT institution_id, carrier, month, bool_or(due) AS due, bool_or(part) AS part,
                       max(m_quanta) AS m_quanta, max(known_s) AS known_s,
                       max(expected_s) AS expected_s, max(m_co2) AS m_co2, max(m_kgce) AS m_kgce,
                       max(source) AS source, max(o_quanta) AS o_quanta, max(o_co2) AS o_co2,
                       max(o_kgce) AS o_kgce, bool_or(o_first) AS o_first
                  FROM said GROUP BY institution_id, carrier, month) g
          LEFT JOIN share s USING (institution_id)
    ), counted AS (
        SELECT f.*, storage.meter_counts(f.enough, f.o_quanta IS NOT NULL, f.o_first)
                   AS by_meter FROM found f
    ), told AS (
        SELECT f.institution_id, f.carrier, f.month,
               CASE WHEN f.enough AND f.by_meter THEN 'measured'
                    WHEN f.o_quanta IS NOT NULL THEN f.source
                    WHEN f.known_s > 0 AND f.m_quanta IS NOT NULL THEN 'partial'
                    WHEN f.due OR f.known_s > 0 THEN 'missing' END AS state,
               CASE WHEN f.by_meter AND f.m_quanta IS NOT NULL THEN 'meter' ELSE f.source END AS source,
               CASE WHEN f.by_meter THEN f.m_quanta ELSE f.o_quanta END AS quanta,
               coalesce(f.known_s, 0) AS known_s, coalesce(f.expected_s, 0) AS expected_s,
               CASE WHEN f.by_meter THEN f.m_co2 ELSE f.o_co2 END AS co2_g,
               CASE WHEN f.by_meter THEN f.m_kgce ELSE f.o_kgce END AS kgce_g,
               c.in_total_energy AS energy
          FROM counted f JOIN carrier c ON c.code = f.carrier
    )
    SELECT * FROM told
     UNION ALL
    SELECT DISTINCT r.institution_id, NULL, m.month, 'missing', NULL, NULL::bigint, 0, 0,
           NULL::bigint, NULL::bigint[], true
      FROM roster r
      JOIN each m ON r.valid_from < m.until AND r.valid_to > m.month
      LEFT JOIN (SELECT DISTINCT t.institution_id, t.month FROM told t
                  WHERE t.energy AND t.state IS NOT NULL) k
             ON k.institution_id = r.institution_id AND k.month = m.month
     WHERE k.month IS NULL
$$;

-- What a line says, as it goes into a digest: carrier, then of the twelve months quanta, source, known
-- and expected seconds; a dash where there is none.
CREATE FUNCTION storage.lines_text(lines account_version_line[]) RETURNS text
LANGUAGE sql IMMUTABLE RETURN
    (SELECT string_agg(concat_ws(' ', l.carrier, array_to_string(l.quanta, ',', '-'),
                                 array_to_string(l.source, ',', '-'),
                                 array_to_string(l.known_s, ',', '-'),
                                 array_to_string(l.expected_s, ',', '-')) || E'\n',
                       '' ORDER BY l.carrier COLLATE "C")
       FROM unnest(lines) AS l);

-- The text whose SHA-256 a version carries; as compact.closing.version_text.
CREATE FUNCTION storage.version_text(institution integer, asked_year integer, version integer,
                                     lines account_version_line[], kgce_g numeric[], co2_g numeric,
                                     water_quanta numeric) RETURNS text
LANGUAGE sql IMMUTABLE RETURN
    format(E'account_version 1\n%s %s %s\n%skgce_g %s\nco2_g %s\nwater %s\n', institution,
           asked_year, version, storage.lines_text(lines), array_to_string(kgce_g, ',', '-'),
           coalesce(co2_g::text, '-'), coalesce(water_quanta::text, '-'));

-- What a year's accounts come to now, a row for each institution that has anything to answer for.
-- wants: what is missing or known in part, as "carrier month".
CREATE FUNCTION storage.year_accounts(asked integer[], asked_year integer)
RETURNS TABLE (institution_id integer, known_months integer, missing_months integer,
               partial_months integer, estimated_months integer, wants text[], kgce_g numeric[],
               estimated_kgce_g numeric[], co2_g numeric, water_quanta numeric,
               lines account_version_line[])
LANGUAGE sql STABLE ROWS 10000 SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = off SET work_mem = '64MB' AS $$
    WITH month AS MATERIALIZED (
        SELECT * FROM storage.year_months(asked, asked_year)
    ), line AS (
        SELECT m.institution_id, m.carrier, array_agg(m.quanta ORDER BY m.month) AS quanta,
               array_agg(CASE WHEN m.quanta IS NOT NULL THEN m.source END ORDER BY m.month) AS source,
               array_agg(m.known_s ORDER BY m.month) AS known_s,
               array_agg(m.expected_s ORDER BY m.month) AS expected_s
          FROM month m WHERE m.carrier IS NOT NULL
         GROUP BY m.institution_id, m.carrier HAVING count(m.quanta) > 0
    ), lined AS (
        SELECT l.institution_id,
               array_agg(ROW(0, l.carrier, l.quanta, l.source, l.known_s,
                             l.expected_s)::account_version_line
                         ORDER BY l.carrier COLLATE "C") AS lines
          FROM line l GROUP BY l.institution_id
    ), coal AS (
        SELECT c.institution_id, array_agg(c.grams ORDER BY c.place) AS grams,
               array_agg(c.estimated ORDER BY c.place) AS estimated
          FROM (SELECT m.institution_id, u.place,
                       CASE WHEN bool_and(u.grams IS NOT NULL) THEN sum(u.grams) END AS grams,
                       CASE WHEN bool_and(u.grams IS NOT NULL)
                            THEN coalesce(sum(u.grams) FILTER (WHERE m.source <> 'meter'), 0)
                       END AS estimated
                  FROM month m CROSS JOIN LATERAL unnest(m.kgce_g) WITH ORDINALITY AS u(grams, place)
                 WHERE m.energy AND m.quanta IS NOT NULL
                 GROUP BY m.institution_id, u.place) c
         GROUP BY c.institution_id
    ), counted AS (
        SELECT m.institution_id, count(m.quanta)::integer AS known,
               (count(*) FILTER (WHERE m.state = 'missing'))::integer AS missing,
               (count(*) FILTER (WHERE m.state = 'partial'))::integer AS partial,
               (count(*) FILTER (WHERE m.state IN ('bill', 'typed', 'estimate')))::integer AS estimated,
               array_agg(concat_ws(' ', coalesce(m.carrier, '-'), to_char(m.month, 'YYYY-MM'))
                         ORDER BY m.month, m.carrier)
                   FILTER (WHERE m.state IN ('missing', 'partial')) AS wants,
               CASE WHEN bool_and(m.co2_g IS NOT NULL)
                             FILTER (WHERE m.energy AND m.quanta IS NOT NULL)
                    THEN sum(m.co2_g) FILTER (WHERE m.energy) END AS co2_g,
               sum(m.quanta) FILTER (WHERE m.carrier = 'water') AS water
          FROM month m GROUP BY m.institution_id
        HAVING count(m.state) > 0
    )
    SELECT c.institution_id, c.known, c.missing, c.partial, c.estimated, coalesce(c.wants, '{}'),
           coalesce(k.grams, '{}'), coalesce(k.estimated, '{}'), c.co2_g, c.water,
           coalesce(l.lines, '{}')
      FROM counted c
      LEFT JOIN coal k USING (institution_id)
      LEFT JOIN lined l USING (institution_id)
$$;

-- What a version says in lines.
CREATE FUNCTION storage.version_lines(asked bigint) RETURNS account_version_line[]
LANGUAGE sql STABLE RETURN coalesce(
    (SELECT array_agg(ROW(0, l.carrier, l.quanta, l.source, l.known_s,
                          l.expected_s)::public.account_version_line ORDER BY l.carrier COLLATE "C")
       FROM public.account_version_line l WHERE l.version_id = asked), '{}');

-- Only what was used tells two of them apart: by how much it is known is no difference.
CREATE FUNCTION storage.used_text(lines account_version_line[]) RETURNS text
LANGUAGE sql IMMUTABLE RETURN
    (SELECT string_agg(concat_ws(' ', l.carrier, array_to_string(l.quanta, ',', '-')), ';'
                       ORDER BY l.carrier COLLATE "C")
       FROM unnest(lines) AS l);

-- Where the years of institutions stand that the viewer sees. state: missing, partial, ready, locked,
-- verified, restatement_due, restated (locked anew, not verified yet). Version, digest and what follows
-- are those of what waits for an answer, else of what holds; difference: what the accounts are beyond it.
CREATE FUNCTION access.closing(asked integer[], asked_year integer, wanted_profile text)
RETURNS TABLE (institution_id integer, state text, known_months integer, missing_months integer,
               partial_months integer, estimated_months integer, wants text[], kgce_g numeric,
               estimated_kgce_g numeric, co2_g numeric, water_quanta numeric, version_id bigint,
               version integer, locked_kgce_g numeric, difference_g numeric, differs boolean,
               sha256 text, reason text, locked_at timestamptz, locked_by text,
               verified_at timestamptz, verified_by text, returned text, answers boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH who AS MATERIALIZED (
        SELECT s.id FROM access.sees() AS s(id) WHERE s.id = ANY(asked)
    ), place AS (
        SELECT p.place FROM profile p WHERE p.code = wanted_profile
    ), live AS MATERIALIZED (
        SELECT * FROM storage.year_accounts(ARRAY(SELECT who.id FROM who), asked_year)
    ), version AS MATERIALIZED (
        SELECT DISTINCT ON (v.institution_id) v.*
          FROM account_version v JOIN who ON who.id = v.institution_id
         WHERE v.year = asked_year AND v.answer IS DISTINCT FROM 'returned'
         ORDER BY v.institution_id, v.version DESC
    ), sent_back AS (
        SELECT DISTINCT ON (v.institution_id) v.institution_id, v.version, v.answer_reason
          FROM account_version v JOIN who ON who.id = v.institution_id
         WHERE v.year = asked_year AND v.answer = 'returned'
         ORDER BY v.institution_id, v.version DESC
    ), held AS (
        SELECT DISTINCT v.institution_id FROM account_version v JOIN who ON who.id = v.institution_id
         WHERE v.year = asked_year AND v.answer = 'verified'
    ), beside AS (
        SELECT institution_id, l.known_months, l.missing_months, l.partial_months, l.estimated_months,
               l.wants, l.kgce_g[(SELECT place FROM place)] AS kgce_g,
               l.estimated_kgce_g[(SELECT place FROM place)] AS estimated_kgce_g, l.co2_g,
               l.water_quanta, v.id, v.version, v.kgce_g[(SELECT place FROM place)] AS locked_kgce_g,
               v.answer, v.sha256, v.reason, v.locked_at, v.locked_by, v.answered_at, v.answered_by,
               v.id IS NOT NULL AND (
                   storage.used_text(storage.version_lines(v.id))
                       IS DISTINCT FROM storage.used_text(l.lines)
                   OR l.kgce_g[:cardinality(v.kgce_g)] IS DISTINCT FROM v.kgce_g
                   OR l.co2_g IS DISTINCT FROM v.co2_g) AS differs
          FROM live l FULL JOIN version v USING (institution_id)
    )
    SELECT b.institution_id,
           CASE WHEN b.id IS NOT NULL AND b.answer IS NULL
                THEN CASE WHEN h.institution_id IS NULL THEN 'locked' ELSE 'restated' END
                WHEN b.id IS NOT NULL
                THEN CASE WHEN b.differs THEN 'restatement_due' ELSE 'verified' END
                WHEN b.missing_months > 0 THEN 'missing'
                WHEN b.partial_months > 0 THEN 'partial' ELSE 'ready' END,
           coalesce(b.known_months, 0), coalesce(b.missing_months, 0), coalesce(b.partial_months, 0),
           coalesce(b.estimated_months, 0), coalesce(b.wants, '{}'), b.kgce_g, b.estimated_kgce_g,
           b.co2_g, b.water_quanta, b.id, b.version, b.locked_kgce_g,
           CASE WHEN b.id IS NOT NULL THEN coalesce(b.kgce_g, 0) - b.locked_kgce_g END,
           coalesce(b.differs, false), b.sha256, b.reason, b.locked_at, b.locked_by,
           b.answered_at, b.answered_by,
           CASE WHEN s.version > coalesce(b.version, 0) THEN s.answer_reason END,
           b.institution_id IN (SELECT o.id FROM access.answers_for() AS o(id))
      FROM beside b
      LEFT JOIN held h USING (institution_id)
      LEFT JOIN sent_back s USING (institution_id)
     ORDER BY b.institution_id
$$;

-- What was locked of these, month by month, beside what their accounts say now.
CREATE FUNCTION access.locked_months(asked integer[], asked_year integer)
RETURNS TABLE (institution_id integer, version integer, answer text, carrier text, month date,
               source text, quanta bigint, now_source text, now_quanta bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH held AS MATERIALIZED (
        SELECT DISTINCT ON (v.institution_id) v.id, v.institution_id, v.version, v.answer
          FROM account_version v
         WHERE v.year = asked_year AND v.answer IS DISTINCT FROM 'returned'
           AND v.institution_id = ANY(asked)
           AND v.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
         ORDER BY v.institution_id, v.version DESC
    ), locked AS (
        SELECT h.institution_id, l.carrier, make_date(asked_year, n.place, 1) AS month,
               l.source[n.place] AS source, l.quanta[n.place] AS quanta
          FROM held h JOIN account_version_line l ON l.version_id = h.id
         CROSS JOIN generate_series(1, 12) AS n(place)
    ), live AS (
        SELECT m.institution_id, m.carrier, m.month, m.source, m.quanta
          FROM storage.year_months(ARRAY(SELECT held.institution_id FROM held), asked_year) m
         WHERE m.carrier IS NOT NULL
    )
    SELECT h.institution_id, h.version, h.answer, b.carrier, b.month, b.source, b.quanta, b.now_source,
           b.now_quanta
      FROM (SELECT institution_id, carrier, month, k.source, k.quanta,
                   CASE WHEN m.quanta IS NOT NULL THEN m.source END AS now_source,
                   m.quanta AS now_quanta
              FROM locked k FULL JOIN live m USING (institution_id, carrier, month)) b
      JOIN held h USING (institution_id)
     WHERE b.quanta IS NOT NULL OR b.now_quanta IS NOT NULL
     ORDER BY h.institution_id, b.carrier, b.month
$$;

-- Lock the year of these institutions as their accounts are now: all of them, or none.
CREATE FUNCTION access.lock_year(asked integer[], asked_year integer, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    locked bigint;
BEGIN
    IF EXISTS (SELECT FROM unnest(asked) AS a(id)
                 LEFT JOIN access.answers_for() AS o(id) ON o.id = a.id WHERE o.id IS NULL) THEN
        RAISE EXCEPTION 'the viewer does not answer for these accounts'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH live AS MATERIALIZED (
        SELECT * FROM storage.year_accounts(asked, asked_year)
         WHERE missing_months + partial_months = 0
    ), before AS (
        SELECT v.institution_id, max(v.version) AS version,
               bool_or(v.answer IS NOT DISTINCT FROM 'verified') AS held
          FROM account_version v WHERE v.year = asked_year AND v.institution_id = ANY(asked)
         GROUP BY v.institution_id
    ), numbered AS (
        SELECT l.*, coalesce(b.version, 0) + 1 AS version, coalesce(b.held, false) AS held
          FROM live l LEFT JOIN before b USING (institution_id)
    ), made AS (
        INSERT INTO account_version (institution_id, year, version, kgce_g, co2_g, water_quanta,
                                     estimated_kgce_g, known_months, estimated_months, sha256, reason,
                                     locked_by)
        SELECT n.institution_id, asked_year, n.version, n.kgce_g, n.co2_g, n.water_quanta,
               n.estimated_kgce_g, n.known_months, n.estimated_months,
               encode(sha256(convert_to(storage.version_text(
                   n.institution_id, asked_year, n.version, n.lines, n.kgce_g, n.co2_g,
                   n.water_quanta), 'UTF8')), 'hex'),
               CASE WHEN n.held THEN why END, access.viewer()
          FROM numbered n
        RETURNING id, institution_id
    ), lines AS (
        INSERT INTO account_version_line (version_id, carrier, quanta, source, known_s, expected_s)
        SELECT m.id, x.carrier, x.quanta, x.source, x.known_s, x.expected_s
          FROM made m JOIN live l USING (institution_id)
         CROSS JOIN LATERAL unnest(l.lines) AS x
    )
    SELECT count(*) INTO locked FROM made;
    IF locked <> cardinality(asked) THEN
        RAISE EXCEPTION 'not all of these years are known' USING
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'year_known';
    END IF;
    RETURN locked;
END $$;

-- Verify or send back what was locked; what the viewer does not answer for stays. Returns how many.
CREATE FUNCTION access.answer_year(asked bigint[], word text, why text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH answered AS (
        UPDATE account_version SET answer = word, answered_at = now(),
                                   answered_by = access.viewer(), answer_reason = why
         WHERE id = ANY(asked) AND answer IS NULL
           AND institution_id IN (SELECT o.id FROM access.answers_for() AS o(id))
        RETURNING 1
    )
    SELECT count(*) FROM answered
$$;

CREATE FUNCTION storage.refuse_version(why text, "constraint" text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', why
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = "constraint";
END $$;

-- A year is locked when it is over, once at a time, and anew with a reason where one was verified.
CREATE FUNCTION storage.version_begins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    last account_version;
BEGIN
    IF NEW.year >= extract(year FROM storage.civil_day()) THEN
        PERFORM storage.refuse_version('the year is not over', 'year_over');
    END IF;
    SELECT * INTO last FROM account_version
     WHERE institution_id = NEW.institution_id AND year = NEW.year ORDER BY version DESC LIMIT 1;
    IF last.id IS NOT NULL AND last.answer IS NULL THEN
        PERFORM storage.refuse_version('the year is locked already', 'one_version_waits');
    END IF;
    IF NEW.version <> coalesce(last.version, 0) + 1 OR NEW.answer IS NOT NULL THEN
        PERFORM storage.refuse_version('versions are numbered, and answered by others',
                                       'version_begins');
    END IF;
    IF (NEW.reason IS NULL) = EXISTS (
            SELECT FROM account_version WHERE institution_id = NEW.institution_id
               AND year = NEW.year AND answer = 'verified') THEN
        PERFORM storage.refuse_version('what is verified is restated with a reason',
                                       'version_reason');
    END IF;
    RETURN NEW;
END $$;

-- Afterwards only its answer comes, once; another person verifies, and only what it was.
CREATE FUNCTION storage.version_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.answer IS NOT NULL OR NEW.answer IS NULL
       OR to_jsonb(NEW) - '{answer,answered_at,answered_by,answer_reason}'::text[]
          IS DISTINCT FROM to_jsonb(OLD) - '{answer,answered_at,answered_by,answer_reason}'::text[] THEN
        PERFORM storage.refuse_version('what is locked never changes', 'version_changes');
    END IF;
    IF NEW.answer = 'verified' AND (NEW.answered_by = NEW.locked_by OR EXISTS (
            SELECT FROM app_user a JOIN app_user b USING (person_id)
             WHERE 'user:' || a.id = NEW.locked_by AND 'user:' || b.id = NEW.answered_by)) THEN
        PERFORM storage.refuse_version('another person verifies it', 'version_second');
    END IF;
    IF NEW.answer = 'verified' AND NEW.sha256 <> encode(sha256(convert_to(storage.version_text(
            NEW.institution_id, NEW.year, NEW.version, storage.version_lines(NEW.id), NEW.kgce_g,
            NEW.co2_g, NEW.water_quanta), 'UTF8')), 'hex') THEN
        PERFORM storage.refuse_version('its digest is not that of what it says', 'version_digest');
    END IF;
    RETURN NEW;
END $$;

-- Lines come with their version, in its transaction, and never afterwards.
CREATE FUNCTION storage.lines_come_along() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f JOIN account_version v ON v.id = f.version_id
                WHERE v.locked_at <> now() OR v.answer IS NOT NULL) THEN
        PERFORM storage.refuse_version('what is locked never changes', 'version_changes');
    END IF;
    RETURN NULL;
END $$;

-- Days of an account that are known whole.
CREATE FUNCTION storage.whole_days(asked integer, wanted text, first_day date, before_day date)
RETURNS TABLE (day date, quanta bigint)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT d.day, sum(d.quanta)::bigint
      FROM storage.account_day d
      JOIN channel c ON c.id = d.channel_id
     WHERE d.institution_id = asked AND d.carrier = wanted
       AND d.day >= first_day AND d.day < before_day
     GROUP BY d.day
    HAVING sum(d.known_s) + 1
           >= sum(storage.expected_s(NULL, NULL, c.zone, d.day, d.day + 1, d.day + 1))
       AND bool_and(d.used IS NOT NULL)
     ORDER BY d.day
$$;

CREATE FUNCTION access.whole_days(asked integer, wanted text, first_day date, before_day date)
RETURNS TABLE (day date, quanta bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT d.day, d.quanta FROM storage.whole_days(asked, wanted, first_day, before_day) d
     WHERE asked IN (SELECT s.id FROM access.sees() AS s(id))
$$;

-- What holders have used by verified accounts, each version in order, under each profile: the newest
-- one verified by an instant is what was known then. Water in quanta (1 L).
CREATE VIEW storage.verified_use AS
SELECT v.institution_id, v.year, v.version, v.answered_at AS verified_at, p.code AS profile,
       v.kgce_g[p.place] AS kgce_g, v.co2_g, v.water_quanta, v.reason, v.sha256
  FROM account_version v CROSS JOIN profile p
 WHERE v.answer = 'verified';

CREATE VIEW report.verified_use WITH (security_barrier) AS
SELECT u.* FROM storage.seen s JOIN storage.verified_use u ON u.institution_id = s.institution_id;

REVOKE ALL ON FUNCTION storage.year_months, storage.year_accounts, storage.version_lines,
    access.closing, access.locked_months, access.lock_year, access.answer_year,
    storage.refuse_version,
    storage.version_begins, storage.version_moves, storage.lines_come_along,
    storage.whole_days, access.whole_days
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.closing, access.locked_months, access.lock_year,
    access.answer_year, access.whole_days
    TO commonwatt_api;
