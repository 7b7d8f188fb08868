-- Checks by the authority: who may check whom, what the platform tells, and how sheets move.

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON check_rule
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

-- Whom the viewer checks: nobody by a grant that names an institution alone, which would be its own.
CREATE FUNCTION access.checks() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY['check_accounts'], false)
$$;

-- Whose sheets a right reaches.
CREATE FUNCTION access.covers_checks(asked text) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY[asked], asked <> 'check_accounts')
$$;

-- Whose sheets the viewer sees: those that it checks, and whose accounts it answers for. What members
-- of a union show one another are figures, and no findings.
CREATE FUNCTION access.sees_checks() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY['keep_accounts', 'review_accounts', 'approve_accounts'])
     UNION
    SELECT * FROM access.checks()
$$;

-- Whether the viewer may plan checks in a region, of one line or of all.
CREATE FUNCTION access.plans_checks(asked integer, line text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT g.scope, g.region_id, g.department_line FROM access_grant g
         WHERE g.viewer = access.viewer()
           AND g.role IN (SELECT r.role FROM role_right r WHERE r.named_right = 'check_accounts')
           AND storage.civil_day() >= g.valid_from
           AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to)
    ), above (region_id) AS (
        SELECT asked
         UNION ALL
        SELECT u.parent_id FROM above a JOIN storage.region_up u ON u.region_id = a.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT EXISTS (SELECT FROM held
                    WHERE held.scope = 'all'
                       OR held.scope = 'region' AND held.region_id IN (SELECT a.region_id FROM above a)
                       OR held.scope = 'department_line' AND held.department_line = line)
$$;

CREATE FUNCTION access.plans_check(asked integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM check_plan p
                    WHERE p.id = asked AND access.plans_checks(p.region_id, p.department_line))
$$;

-- The sheets on which something is to be done, and whether the viewer checks them or keeps the accounts.
-- Where no sheet is open nobody asks who these are, which for a province takes a while.
CREATE FUNCTION access.open_checks()
RETURNS TABLE (plan_id integer, state text, due_on date, checked boolean, kept boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT s.plan_id, s.state, s.due_on,
           s.institution_id IN (SELECT c.id FROM access.checks() AS c(id)),
           s.institution_id IN (SELECT c.id FROM access.covers('keep_accounts') AS c(id))
      FROM check_sheet s WHERE s.state IN ('drawn', 'wrong', 'answered')
$$;

-- The roster of today below a region, as far as the viewer checks it, with the stratum of each.
CREATE FUNCTION access.check_roster(asked integer, line text, large_from numeric)
RETURNS TABLE (institution_id integer, region text, class text, size text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE below (region_id, branch) AS (
        SELECT asked, asked
         UNION ALL
        SELECT u.region_id, CASE WHEN b.region_id = asked THEN u.region_id ELSE b.branch END
          FROM below b JOIN storage.region_up u ON u.parent_id = b.region_id
    ), fact AS MATERIALIZED (
        SELECT f.institution_id, max(f.value) FILTER (WHERE f.attribute = 'class') AS class,
               max(f.number) FILTER (WHERE f.attribute = 'area_m2') AS area_m2
          FROM institution_fact f
         WHERE f.attribute IN ('class', 'area_m2') AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
         GROUP BY f.institution_id
    )
    SELECT c.id, coalesce(r.code, b.branch::text), coalesce(f.class, '-'),
           CASE WHEN large_from IS NULL OR f.area_m2 IS NULL THEN '-'
                WHEN f.area_m2 >= large_from THEN 'large' ELSE 'small' END
      FROM access.checks() AS c(id)
      JOIN affiliation a ON a.institution_id = c.id AND a.known_until IS NULL
       AND storage.today() >= a.valid_from AND (a.valid_to IS NULL OR storage.today() < a.valid_to)
       AND (line IS NULL OR a.department_line = line)
      JOIN below b ON b.region_id = a.region_id
      LEFT JOIN region_fact r ON r.region_id = b.branch AND r.known_until IS NULL
       AND storage.civil_day() >= r.valid_from
       AND (r.valid_to IS NULL OR storage.civil_day() < r.valid_to)
      LEFT JOIN fact f ON f.institution_id = c.id
      LEFT JOIN storage.left_roster g ON g.institution_id = c.id AND g.day <= storage.today()
     WHERE g.institution_id IS NULL
     ORDER BY c.id
$$;

-- Whether an institution of a plan's roster was drawn, as anyone can work out who knows the seed; null
-- before the draw.
CREATE FUNCTION access.was_drawn(asked integer, whom integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM check_draw d WHERE d.plan_id = asked)
                THEN EXISTS (SELECT FROM check_sheet s
                              WHERE s.plan_id = asked AND s.institution_id = whom) END
$$;

-- What the platform tells of a figure now; null where it does not know all of it. A reading is that of
-- the instant, on the line between its neighbours.
CREATE FUNCTION storage.check_told(asked check_item, whose integer) RETURNS numeric
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT CASE asked.what
           WHEN 'persons' THEN (SELECT m.persons
                FROM report.means(ARRAY[whose], asked.first, asked.until) m)
           WHEN 'area' THEN (SELECT m.area_m2
                FROM report.means(ARRAY[whose], asked.first, asked.until) m)
           WHEN 'quantity' THEN (
                SELECT CASE WHEN bool_and(m.state IS NULL OR m.quanta IS NOT NULL
                                          AND m.state NOT IN ('partial', 'missing'))
                            THEN sum(m.quanta) END
                  FROM storage.year_months(ARRAY[whose], extract(year FROM asked.first)::integer) m
                 WHERE m.carrier = asked.carrier AND m.month >= asked.first
                   AND m.month < asked.until)
           WHEN 'cost' THEN (
                SELECT CASE WHEN count(*) = count(c.fen) THEN sum(c.fen) END
                  FROM (SELECT p.cost_fen AS fen
                          FROM bill_part p
                          JOIN bill b ON b.id = p.bill_id AND b.known_until IS NULL
                          JOIN utility_account u ON u.id = b.utility_account_id
                           AND u.carrier = asked.carrier
                         WHERE p.basis = 'billed' AND p.institution_id = whose
                           AND p.month >= asked.first AND p.month < asked.until
                         UNION ALL
                        SELECT t.cost_fen FROM typed_figure t
                         WHERE t.institution_id = whose AND t.carrier = asked.carrier
                           AND t.known_until IS NULL AND t.cost_fen IS NOT NULL
                           AND t.day >= asked.first AND t.day < asked.until
                           AND NOT EXISTS (  -- a bill goes before what was typed
                               SELECT FROM bill_part p
                                 JOIN bill b ON b.id = p.bill_id AND b.known_until IS NULL
                                 JOIN utility_account u ON u.id = b.utility_account_id
                                  AND u.carrier = asked.carrier
                                WHERE p.basis = 'billed' AND p.institution_id = whose
                                  AND p.month = date_trunc('month', t.day::timestamp))) c)
           ELSE (SELECT CASE WHEN a.at = b.at THEN a.value::numeric
                             ELSE round(a.value + (b.value - a.value)::numeric
                                  * extract(epoch FROM asked.at - a.at)
                                  / extract(epoch FROM b.at - a.at)) END
                   FROM (SELECT r.at, r.value FROM reading r
                          WHERE r.channel_id = asked.channel_id AND r.at <= asked.at
                          ORDER BY r.at DESC LIMIT 1) a
                  CROSS JOIN (SELECT r.at, r.value FROM reading r
                               WHERE r.channel_id = asked.channel_id AND r.at >= asked.at
                               ORDER BY r.at LIMIT 1) b) END
$$;

-- Whether a figure is wrong: told beyond the tolerance of what was seen, or not at all though something
-- was seen.
CREATE FUNCTION storage.is_wrong(seen numeric, told numeric, tolerance_millionths integer)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(abs(told - seen) * 1000000 > tolerance_millionths * seen, seen > 0);

-- What is told now of the figures of a sheet that the viewer sees, and whether it is wrong still.
CREATE FUNCTION access.told_again(asked integer)
RETURNS TABLE (item_id bigint, told numeric, wrong boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT i.id, n.told,
           storage.is_wrong(i.seen, n.told, i.tolerance_millionths)
      FROM check_sheet s
      JOIN check_item i ON i.sheet_id = s.id AND i.round = 0 AND i.known_until IS NULL
     CROSS JOIN LATERAL (SELECT storage.check_told(i, s.institution_id) AS told) n
     WHERE s.id = asked AND s.institution_id IN (SELECT v.id FROM access.sees_checks() AS v(id))
     ORDER BY i.id
$$;

-- Figures go onto sheets that are not concluded, with what the platform tells and the tolerance of
-- the day: whoever writes them says neither.
CREATE FUNCTION storage.item_comes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    held check_sheet;
BEGIN
    SELECT * INTO held FROM check_sheet WHERE id = NEW.sheet_id FOR SHARE;
    IF held.state <> 'drawn' AND NEW.again_of IS NULL THEN
        PERFORM storage.refuse_step(format('a sheet that is %s takes no figure', held.state),
                                    'check_open');
    END IF;
    IF NEW.channel_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM channel c JOIN meter m ON m.id = c.meter_id
             WHERE c.id = NEW.channel_id AND m.institution_id = held.institution_id) THEN
        PERFORM storage.refuse_step('this meter is of another institution', 'check_meter');
    END IF;
    NEW.told := storage.check_told(NEW, held.institution_id);
    IF NEW.again_of IS NULL THEN
        NEW.tolerance_millionths := (
            SELECT r.millionths FROM check_rule r
             WHERE r.code = NEW.what AND r.known_until IS NULL
               AND r.valid_from <= storage.civil_day()
               AND (r.valid_to IS NULL OR r.valid_to > storage.civil_day()));
    END IF;
    NEW.wrong := storage.is_wrong(NEW.seen, NEW.told, NEW.tolerance_millionths);
    RETURN NEW;
END $$;

CREATE FUNCTION storage.item_goes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT s.state FROM check_sheet s WHERE s.id = OLD.sheet_id FOR SHARE) <> 'drawn' THEN
        PERFORM storage.refuse_step('what a sheet was concluded from stays', 'check_open');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION storage.check_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    held check_sheet;
    bad boolean;
BEGIN
    SELECT * INTO held FROM check_sheet WHERE id = NEW.sheet_id FOR UPDATE;
    IF NOT (NEW.act, held.state) IN (('conclude', 'drawn'), ('answer', 'wrong'),
            ('recheck', 'answered'), ('take_back', 'right'), ('take_back', 'wrong')) THEN
        PERFORM storage.refuse_step(format('no %s of a sheet that is %s', NEW.act, held.state),
                                    'check_move');
    END IF;
    IF NEW.act = 'recheck' THEN
        IF storage.same_person(NEW.made_by, (SELECT s.made_by FROM check_step s
                WHERE s.sheet_id = held.id AND s.act = 'answer' ORDER BY s.id DESC LIMIT 1)) THEN
            PERFORM storage.refuse_step('another person than answered', 'check_second');
        END IF;
        held.round := held.round + 1;
        INSERT INTO check_item (sheet_id, round, again_of, what, carrier, channel_id, first, until,
               at, seen, tolerance_millionths, document, note, made_by)
        SELECT i.sheet_id, held.round, i.id, i.what, i.carrier, i.channel_id, i.first, i.until, i.at,
               i.seen, i.tolerance_millionths, i.document, i.note, NEW.made_by
          FROM check_item i
         WHERE i.sheet_id = held.id AND i.again_of IS NULL AND i.known_until IS NULL ORDER BY i.id;
    END IF;
    SELECT bool_or(i.wrong) INTO bad FROM check_item i
     WHERE i.sheet_id = held.id AND i.round = held.round AND i.known_until IS NULL;
    IF bad IS NULL THEN
        PERFORM storage.refuse_step('nothing was seen', 'check_empty');
    END IF;
    NEW.after := CASE NEW.act WHEN 'answer' THEN 'answered' WHEN 'take_back' THEN 'drawn'
                 ELSE CASE WHEN bad THEN 'wrong' WHEN NEW.act = 'recheck' THEN 'corrected'
                           ELSE 'right' END END;
    IF (NEW.after = 'wrong') <> (NEW.due_on IS NOT NULL) THEN
        PERFORM storage.refuse_step('a day until when it is corrected, where something is wrong',
                                    'check_due');
    END IF;
    UPDATE check_sheet SET state = NEW.after, moved_at = now(), round = held.round,
           due_on = CASE NEW.after WHEN 'wrong' THEN NEW.due_on WHEN 'answered' THEN due_on END
     WHERE id = held.id;
    RETURN NEW;
END $$;

CREATE FUNCTION storage.only_check_steps_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() < 2 OR TG_OP = 'DELETE' THEN
        PERFORM storage.refuse_step('a check sheet moves by its steps', 'check_move');
    END IF;
    RETURN NEW;
END $$;

-- Who was drawn is in the roster of a plan that is drawn, and a roster is frozen once it is.
CREATE FUNCTION storage.frame_is_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f JOIN check_draw d ON d.plan_id = f.plan_id) THEN
        PERFORM storage.refuse_step('a roster that was drawn from takes nobody', 'check_frozen');
    END IF;
    RETURN NULL;
END $$;

CREATE POLICY ours ON check_plan TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON check_plan FOR SELECT TO commonwatt_api
    USING ((SELECT access.may('look')));
CREATE POLICY made ON check_plan FOR INSERT TO commonwatt_api
    WITH CHECK (planned_by = access.viewer() AND access.plans_checks(region_id, department_line));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON check_plan
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON check_frame TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON check_frame FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON check_frame FOR INSERT TO commonwatt_api
    WITH CHECK (plan_id IN (SELECT p.id FROM check_plan p WHERE p.planned_by = access.viewer())
                AND institution_id IN (SELECT c.id FROM access.checks() AS c(id)));
CREATE TRIGGER frozen AFTER INSERT ON check_frame REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.frame_is_open();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON check_frame
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON check_draw TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON check_draw FOR SELECT TO commonwatt_api
    USING ((SELECT access.may('look')));
CREATE POLICY made ON check_draw FOR INSERT TO commonwatt_api
    WITH CHECK (drawn_by = access.viewer() AND access.plans_check(plan_id));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON check_draw
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON check_sheet TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON check_sheet FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees_checks() AS s(id)));
CREATE POLICY made ON check_sheet FOR INSERT TO commonwatt_api
    WITH CHECK (plan_id IN (SELECT d.plan_id FROM check_draw d)
                AND institution_id IN (SELECT c.id FROM access.checks() AS c(id)));
CREATE TRIGGER moves BEFORE UPDATE OR DELETE ON check_sheet
    FOR EACH ROW EXECUTE FUNCTION storage.only_check_steps_move();

CREATE POLICY ours ON check_item TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON check_item FOR SELECT TO commonwatt_api
    USING (sheet_id IN (SELECT s.id FROM check_sheet s));
CREATE POLICY made ON check_item FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND sheet_id IN (
        SELECT s.id FROM check_sheet s
         WHERE s.institution_id IN (SELECT c.id FROM access.checks() AS c(id))));
CREATE POLICY retired ON check_item FOR UPDATE TO commonwatt_api
    USING (sheet_id IN (SELECT s.id FROM check_sheet s
                         WHERE s.institution_id IN (SELECT c.id FROM access.checks() AS c(id))));
CREATE TRIGGER comes BEFORE INSERT ON check_item
    FOR EACH ROW EXECUTE FUNCTION storage.item_comes();
CREATE TRIGGER goes BEFORE UPDATE ON check_item
    FOR EACH ROW EXECUTE FUNCTION storage.item_goes();
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON check_item
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON check_step TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON check_step FOR SELECT TO commonwatt_api
    USING (sheet_id IN (SELECT s.id FROM check_sheet s));
CREATE POLICY made ON check_step FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND sheet_id IN (
        SELECT s.id FROM check_sheet s
         WHERE CASE act WHEN 'answer' THEN s.institution_id IN (
                    SELECT c.id FROM access.covers('keep_accounts') AS c(id))
               ELSE s.institution_id IN (SELECT c.id FROM access.checks() AS c(id)) END));
CREATE TRIGGER moves BEFORE INSERT ON check_step
    FOR EACH ROW EXECUTE FUNCTION storage.check_moves();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON check_step
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

-- How sheets of a plan stand by stratum: of how many institutions, how many were drawn, concluded and
-- found wrong at the first look, and how many of these are corrected.
CREATE VIEW report.check_strata WITH (security_barrier) AS
SELECT f.plan_id, f.region, f.class, f.size, count(*)::integer AS institutions,
       count(s.id)::integer AS drawn,
       count(*) FILTER (WHERE s.state <> 'drawn')::integer AS checked,
       count(*) FILTER (WHERE s.state IN ('wrong', 'answered', 'corrected'))::integer AS wrong,
       count(*) FILTER (WHERE s.state = 'corrected')::integer AS corrected
  FROM check_frame f
  LEFT JOIN check_sheet s ON s.plan_id = f.plan_id AND s.institution_id = f.institution_id
 WHERE f.institution_id IN (SELECT c.id FROM access.checks() AS c(id))
 GROUP BY f.plan_id, f.region, f.class, f.size;

REVOKE ALL ON FUNCTION access.checks, access.covers_checks, access.sees_checks, access.plans_checks,
    access.plans_check, access.check_roster, access.was_drawn, access.told_again, access.open_checks,
    storage.check_told, storage.item_comes,
    storage.item_goes, storage.check_moves, storage.frame_is_open FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.checks, access.covers_checks, access.sees_checks,
    access.plans_checks, access.plans_check, access.check_roster, access.was_drawn, access.told_again,
    access.open_checks TO commonwatt_api;
GRANT EXECUTE ON FUNCTION access.checks TO commonwatt_boards;  -- who may not check sees no stratum
GRANT SELECT ON report.check_strata TO commonwatt_api;
