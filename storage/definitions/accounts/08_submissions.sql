-- Submissions of a year: who sees them, which steps may follow one another, and who takes them.

-- What the office of an institution asks of its submissions; where nobody says, all cells that are asked
-- for, and another person reviews and approves.
CREATE FUNCTION storage.submission_rule(asked integer)
RETURNS TABLE (complete_millionths integer, other_reviews boolean, other_approves boolean,
               line_receives boolean)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (region_id, steps) AS (
        SELECT a.region_id, 0 FROM affiliation a
         WHERE a.institution_id = asked AND a.known_until IS NULL
           AND storage.civil_day() >= a.valid_from
           AND (a.valid_to IS NULL OR storage.civil_day() < a.valid_to)
         UNION ALL
        SELECT u.parent_id, up.steps + 1
          FROM up JOIN storage.region_up u ON u.region_id = up.region_id
         WHERE u.parent_id IS NOT NULL
    ), said AS (
        SELECT r.complete_millionths, r.other_reviews, r.other_approves, r.line_receives, up.steps
          FROM up JOIN submission_rule r ON r.region_id = up.region_id AND r.known_until IS NULL
         UNION ALL
        SELECT r.complete_millionths, r.other_reviews, r.other_approves, r.line_receives, 1000
          FROM submission_rule r WHERE r.region_id IS NULL AND r.known_until IS NULL
         UNION ALL
        SELECT 1000000, true, true, false, 1001
    )
    SELECT s.complete_millionths, s.other_reviews, s.other_approves, s.line_receives
      FROM said s ORDER BY s.steps LIMIT 1
$$;

-- The authorities that take an institution's return, the lowest first; its line beside them, where the
-- office says so. place: in order; null for the line, which waits for nobody.
CREATE FUNCTION storage.stations(asked integer)
RETURNS TABLE (station text, place integer, region_id integer, department_line text)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE home AS (
        SELECT a.region_id, a.department_line FROM affiliation a
         WHERE a.institution_id = asked AND a.known_until IS NULL
           AND storage.civil_day() >= a.valid_from
           AND (a.valid_to IS NULL OR storage.civil_day() < a.valid_to)
    ), up (region_id, steps) AS (
        SELECT home.region_id, 0 FROM home
         UNION ALL
        SELECT u.parent_id, up.steps + 1
          FROM up JOIN storage.region_up u ON u.region_id = up.region_id
         WHERE u.parent_id IS NOT NULL
    ), level AS (
        SELECT DISTINCT ON (l.station) l.station, up.region_id, up.steps
          FROM up
          JOIN region_fact f ON f.region_id = up.region_id AND f.known_until IS NULL
           AND storage.civil_day() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.civil_day() < f.valid_to)
         CROSS JOIN LATERAL (SELECT CASE f.kind WHEN 'development_zone' THEN 'county'
                                    WHEN 'corps' THEN 'province' ELSE f.kind END AS station) l
         WHERE l.station IN ('county', 'city', 'province')
         ORDER BY l.station, up.steps
    )
    SELECT l.station, (row_number() OVER (ORDER BY l.steps))::integer, l.region_id, NULL FROM level l
     UNION ALL
    SELECT 'line', NULL, NULL, home.department_line
      FROM home CROSS JOIN storage.submission_rule(asked) r WHERE r.line_receives
$$;

-- For which stations the viewer takes submissions: a grant of that region or one above, or of the
-- line. Asked of what the viewer sees anyway, one by one: so it asks no more.
CREATE FUNCTION access.takes_at(asked integer) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT g.scope, g.region_id, g.department_line FROM access_grant g
         WHERE g.viewer = access.viewer()
           AND g.role IN (SELECT r.role FROM role_right r WHERE r.named_right = 'receive_accounts')
           AND storage.civil_day() >= g.valid_from
           AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to)
    ), above (station, region_id) AS (
        SELECT s.station, s.region_id FROM storage.stations(asked) s WHERE s.region_id IS NOT NULL
         UNION ALL
        SELECT a.station, u.parent_id
          FROM above a JOIN storage.region_up u ON u.region_id = a.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT s.station FROM storage.stations(asked) s
     WHERE EXISTS (SELECT FROM held WHERE held.scope = 'all')
        OR s.department_line IN (SELECT held.department_line FROM held
                                  WHERE held.scope = 'department_line')
        OR s.station IN (SELECT a.station FROM above a JOIN held ON held.scope = 'region'
                           AND held.region_id = a.region_id)
$$;

-- The stations from which a submission waits now: the next of the regions, and the line.
CREATE FUNCTION storage.awaited(asked integer, has text[]) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH left_over AS (
        SELECT s.station, s.place FROM storage.stations(asked) s WHERE s.station <> ALL(has)
    )
    SELECT l.station FROM left_over l
     WHERE l.place IS NULL OR l.place = (SELECT min(o.place) FROM left_over o)
$$;

-- The same for a view, whose reader reads no regions by itself.
CREATE FUNCTION access.awaited(asked integer, has text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT a FROM storage.awaited(asked, has) AS a
$$;

CREATE FUNCTION storage.refuse_step(why text, "constraint" text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', why
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = "constraint";
END $$;

-- Whether who answers is no other person than who asked; the operator's account never is.
CREATE FUNCTION storage.same_person(answers text, asked text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT answers = asked OR answers = 'user:1' OR EXISTS (
        SELECT FROM app_user a JOIN app_user b USING (person_id)
         WHERE 'user:' || a.id = answers AND 'user:' || b.id = asked)
$$;

-- Who took a step of this round last.
CREATE FUNCTION storage.stepped(asked integer, asked_round integer, asked_act text) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT s.made_by FROM submission_step s
     WHERE s.submission_id = asked AND s.round = asked_round AND s.act = asked_act
     ORDER BY s.id DESC LIMIT 1
$$;

-- Whether what is locked of a year rests on this round.
CREATE FUNCTION storage.year_is_locked(asked integer, asked_year integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM account_version v
                    WHERE v.institution_id = asked AND v.year = asked_year
                      AND v.answer IS DISTINCT FROM 'returned')
$$;

-- A step leads from where the submission stands to where its move says, by whom the rule lets; what is
-- wrong is refused, whoever writes it.
CREATE FUNCTION storage.submission_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    held submission;
    move submission_move;
    rule record;
    took text[];
BEGIN
    SELECT * INTO held FROM submission WHERE id = NEW.submission_id FOR UPDATE;
    SELECT * INTO move FROM submission_move WHERE act = NEW.act AND before = held.state;
    IF move.act IS NULL THEN
        PERFORM storage.refuse_step(format('no %s of a submission that is %s', NEW.act, held.state),
                                    'submission_move');
    END IF;
    SELECT * INTO rule FROM storage.submission_rule(held.institution_id);
    IF (NEW.act = 'review' AND rule.other_reviews OR NEW.act = 'approve' AND rule.other_approves)
       AND storage.same_person(NEW.made_by, storage.stepped(held.id, held.round, 'fill')) THEN
        PERFORM storage.refuse_step('another person than filled it in', 'submission_second');
    END IF;
    IF NEW.act = 'fill' AND NOT EXISTS (SELECT FROM survey_return r
            WHERE r.submission_id = held.id AND r.round = held.round) THEN
        PERFORM storage.refuse_step('nothing is filled in', 'submission_empty');
    END IF;
    took := held.received;
    NEW.after := move.after;
    IF NEW.act IN ('receive', 'return') THEN
        IF NEW.station NOT IN (SELECT storage.awaited(held.institution_id, took)) THEN
            PERFORM storage.refuse_step(format('it does not wait for the %s', NEW.station),
                                        'submission_station');
        END IF;
        IF NEW.act = 'receive' THEN
            took := took || NEW.station;
            IF EXISTS (SELECT storage.awaited(held.institution_id, took)) THEN
                NEW.after := 'approved';
            END IF;
        END IF;
    END IF;
    IF NEW.act = 'reopen' AND EXISTS (SELECT FROM account_version v
            WHERE v.institution_id = held.institution_id AND v.year = held.year
              AND v.answer IS NULL) THEN
        PERFORM storage.refuse_step('a locked year waits to be verified', 'submission_locked');
    END IF;
    NEW.round := held.round;
    UPDATE submission SET state = NEW.after, moved_at = now(),
           received = CASE WHEN NEW.after IN ('approved', 'received') THEN took ELSE '{}' END,
           -- what was filled in stays with its round
           round = held.round + (NEW.after IN ('open', 'returned'))::integer
     WHERE id = held.id;
    RETURN NEW;
END $$;

CREATE FUNCTION storage.only_steps_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() < 2 OR TG_OP = 'DELETE' THEN
        PERFORM storage.refuse_step('a submission moves by its steps', 'submission_move');
    END IF;
    RETURN NEW;
END $$;

-- Cells are typed and explained while a submission is open, and only those that its year's forms have.
CREATE FUNCTION storage.survey_is_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    held submission;
BEGIN
    SELECT * INTO held FROM submission WHERE id = NEW.submission_id FOR SHARE;
    IF held.state NOT IN ('open', 'returned') THEN
        PERFORM storage.refuse_step(format('a submission that is %s takes no cell', held.state),
                                    'survey_open');
    END IF;
    IF NEW.code NOT IN (SELECT c.code FROM storage.survey_cells(held.year) c) THEN
        PERFORM storage.refuse_step(format('the forms of %s have no cell %s', held.year, NEW.code),
                                    'survey_cell');
    END IF;
    RETURN NEW;
END $$;

-- The cells of the forms of a year, in the platform's order.
CREATE FUNCTION storage.survey_cells(asked_year integer) RETURNS SETOF survey_cell
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM survey_cell c
     WHERE c.known_until IS NULL AND c.valid_from <= make_date(asked_year, 12, 31)
       AND (c.valid_to IS NULL OR c.valid_to > make_date(asked_year, 12, 31))
     ORDER BY array_position(ARRAY['NY301', 'IDC', 'HEAT'], c.form), c.place
$$;

-- The text whose SHA-256 a submission carries; as analytics.survey.return_text.
CREATE FUNCTION storage.return_text(institution integer, asked_year integer, codes text[],
                                    amounts numeric[], origins text[]) RETURNS text
LANGUAGE sql IMMUTABLE RETURN
    format(E'survey_return 1\n%s %s\n', institution, asked_year)
    || (SELECT string_agg(format(E'%s %s %s\n', u.code, coalesce(trim_scale(u.amount)::text, '-'),
                                 coalesce(u.origin, '-')), '' ORDER BY u.place)
          FROM unnest(codes, amounts, origins) WITH ORDINALITY AS u(code, amount, origin, place));

CREATE FUNCTION storage.return_begins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    held submission;
BEGIN
    SELECT * INTO held FROM submission WHERE id = NEW.submission_id FOR UPDATE;
    IF held.state NOT IN ('open', 'returned') OR NEW.round <> held.round THEN
        PERFORM storage.refuse_step('what was filled in never changes', 'survey_open');
    END IF;
    IF NEW.codes IS DISTINCT FROM (SELECT array_agg(c.code ORDER BY c.n)
            FROM storage.survey_cells(held.year) WITH ORDINALITY AS c(
                 id, form, code, place, name_zh, name_en, unit, kind, carriers, quanta_per_unit,
                 parts, within, price_of, price_low, price_high, asked, lowest, highest, valid_from,
                 valid_to, document, clause, source, evidence, notes, known_since, known_until, n))
    THEN
        PERFORM storage.refuse_step('these are not the cells of the year', 'survey_cell');
    END IF;
    NEW.sha256 := encode(sha256(convert_to(storage.return_text(
        held.institution_id, held.year, NEW.codes, NEW.amounts, NEW.origins), 'UTF8')), 'hex');
    RETURN NEW;
END $$;

-- What accounts and facts of a year tell of cells, as far as every month that is due is known.
-- key: a carrier with its quanta, or area_m2 and persons; coal: its grams under the default profile.
CREATE FUNCTION access.survey_sources(asked integer, asked_year integer)
RETURNS TABLE (key text, amount numeric, coal_g numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT m.carrier, CASE WHEN bool_and(m.state IS NULL OR m.quanta IS NOT NULL
                                         AND m.state NOT IN ('partial', 'missing'))
                           THEN sum(m.quanta) END,
           CASE WHEN bool_and(m.quanta IS NULL OR m.kgce_g[p.place] IS NOT NULL)
                THEN sum(m.kgce_g[p.place]) END
      FROM storage.year_months(ARRAY[asked], asked_year) m
      JOIN profile p ON p.is_default
     WHERE m.carrier IS NOT NULL AND asked IN (SELECT s.id FROM access.sees() AS s(id))
     GROUP BY m.carrier HAVING count(m.state) > 0
     UNION ALL
    SELECT u.key, u.amount, NULL
      FROM report.means(ARRAY[asked], make_date(asked_year, 1, 1), make_date(asked_year + 1, 1, 1)) f
     CROSS JOIN LATERAL (VALUES ('area_m2', f.area_m2), ('persons', f.persons)) AS u(key, amount)
     WHERE u.amount IS NOT NULL
$$;

-- How many submissions stand where, by region of the institutions and line.
CREATE VIEW report.submission_progress WITH (security_barrier) AS
SELECT s.year, a.region_id, a.department_line, count(*)::integer AS opened,
       count(*) FILTER (WHERE s.state IN ('open', 'returned'))::integer AS not_filled,
       count(*) FILTER (WHERE s.state = 'returned')::integer AS returned,
       count(*) FILTER (WHERE s.state IN ('filled', 'reviewed'))::integer AS inside,
       count(*) FILTER (WHERE s.state = 'approved')::integer AS approved,
       count(*) FILTER (WHERE s.state = 'received')::integer AS received
  FROM storage.seen v
  JOIN submission s ON s.institution_id = v.institution_id
  JOIN affiliation a ON a.institution_id = s.institution_id AND a.known_until IS NULL
   AND storage.civil_day() >= a.valid_from
   AND (a.valid_to IS NULL OR storage.civil_day() < a.valid_to)
 GROUP BY s.year, a.region_id, a.department_line;

CREATE FUNCTION access.submission_rule_of(asked integer)
RETURNS TABLE (complete_millionths integer, other_reviews boolean, other_approves boolean,
               line_receives boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT r.* FROM storage.submission_rule(asked) r
     WHERE asked IN (SELECT s.id FROM access.sees() AS s(id))
$$;

REVOKE ALL ON FUNCTION access.takes_at, access.awaited, access.survey_sources,
    access.submission_rule_of,
    storage.submission_moves, storage.return_begins, storage.survey_is_open FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.takes_at, access.awaited, access.survey_sources,
    access.submission_rule_of
    TO commonwatt_api;
GRANT SELECT ON report.submission_progress TO commonwatt_api;

-- What approved and received submissions of a year add to, by region, line and class of the
-- institutions at its end, cell by cell. known: of how many an amount is.
CREATE FUNCTION access.survey_totals(asked_year integer)
RETURNS TABLE (region_id integer, department_line text, class text, code text, known bigint,
               amount numeric)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp
SET work_mem = '64MB' AS $$
    WITH counted AS MATERIALIZED (
        SELECT s.institution_id, r.codes, r.amounts
          FROM storage.seen v
          JOIN submission s ON s.institution_id = v.institution_id
          JOIN survey_return r ON r.submission_id = s.id AND r.round = s.round
         WHERE s.year = asked_year AND s.state IN ('approved', 'received')
    ), placed AS (
        SELECT c.institution_id, a.region_id, a.department_line, f.value AS class
          FROM counted c
          JOIN affiliation a ON a.institution_id = c.institution_id AND a.known_until IS NULL
           AND a.valid_from <= make_date(asked_year, 12, 31)
           AND (a.valid_to IS NULL OR a.valid_to > make_date(asked_year, 12, 31))
          LEFT JOIN institution_fact f ON f.institution_id = c.institution_id
           AND f.attribute = 'class' AND f.known_until IS NULL
           AND f.valid_from <= make_date(asked_year, 12, 31)
           AND (f.valid_to IS NULL OR f.valid_to > make_date(asked_year, 12, 31))
    )
    SELECT p.region_id, p.department_line, p.class, u.code, count(u.amount), sum(u.amount)
      FROM placed p JOIN counted c USING (institution_id)
     CROSS JOIN LATERAL unnest(c.codes, c.amounts) AS u(code, amount)
     GROUP BY p.region_id, p.department_line, p.class, u.code
$$;

-- Every class with itself and all that hold it.
CREATE VIEW storage.class_up AS
WITH RECURSIVE up (code, above) AS (
    SELECT code, code FROM institution_class
     UNION ALL
    SELECT up.code, c.parent FROM up JOIN institution_class c ON c.code = up.above
     WHERE c.parent IS NOT NULL
)
SELECT code, above FROM up;

-- The same rolled up: by region with all below it, by line, by class with all below it.
CREATE FUNCTION access.survey_rollup(asked_year integer, wanted text)
RETURNS TABLE (key text, name_zh text, name_en text, code text, known bigint, amount numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH total AS MATERIALIZED (
        SELECT * FROM access.survey_totals(asked_year)
    ), region_above AS (
        WITH RECURSIVE up (region_id, above) AS (
            SELECT DISTINCT t.region_id, t.region_id FROM total t
             UNION ALL
            SELECT up.region_id, u.parent_id
              FROM up JOIN storage.region_up u ON u.region_id = up.above
             WHERE u.parent_id IS NOT NULL
        )
        SELECT * FROM up WHERE wanted = 'region'
    ), grouped AS (
        SELECT r.above::text AS key, t.code, t.known, t.amount
          FROM total t JOIN region_above r ON r.region_id = t.region_id
         UNION ALL
        SELECT t.department_line, t.code, t.known, t.amount FROM total t WHERE wanted = 'line'
         UNION ALL
        SELECT coalesce(c.above, '-'), t.code, t.known, t.amount
          FROM total t LEFT JOIN storage.class_up c ON c.code = t.class WHERE wanted = 'class'
    ), summed AS (
        SELECT g.key, g.code, sum(g.known)::bigint AS known, sum(g.amount) AS amount
          FROM grouped g GROUP BY g.key, g.code
    )
    SELECT s.key, coalesce(f.name_zh, l.name_zh, k.name_zh), coalesce(f.name_en, l.name_en, k.name_en),
           s.code, s.known, s.amount
      FROM summed s
      LEFT JOIN region_fact f ON wanted = 'region' AND f.region_id::text = s.key
       AND f.known_until IS NULL AND storage.civil_day() >= f.valid_from
       AND (f.valid_to IS NULL OR storage.civil_day() < f.valid_to)
      LEFT JOIN department_line l ON wanted = 'line' AND l.code = s.key
      LEFT JOIN institution_class k ON wanted = 'class' AND k.code = s.key
$$;

REVOKE ALL ON FUNCTION access.survey_totals, access.survey_rollup FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.survey_rollup TO commonwatt_api;
