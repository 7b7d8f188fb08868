-- What may follow what in a movement, whoever writes, and what it enters into the books.

CREATE FUNCTION storage.refuse_movement(why text, "constraint" text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', why
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = "constraint";
END $$;

-- Which another person than who proposes must approve. As compact.movements.TWO_PEOPLE.
CREATE FUNCTION storage.needs_two(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN kind IN ('adjustment', 'transfer', 'pool', 'rebalance', 'roster_change');

-- How far a movement is. As compact.movements.state_of.
CREATE FUNCTION storage.movement_state(deed text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE deed WHEN 'propose' THEN 'proposed' WHEN 'approve' THEN 'waiting'
                 WHEN 'refuse' THEN 'refused' WHEN 'cancel' THEN 'cancelled'
                 WHEN 'do' THEN 'done' WHEN 'end' THEN 'ended' END;

-- What a clause that binds says in the agreement in force; null where none does.
CREATE FUNCTION storage.binding_term(asked integer, name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT c -> 'terms' ->> name
      FROM agreement a CROSS JOIN LATERAL jsonb_array_elements(a.text::jsonb -> 'clauses') AS c
     WHERE a.union_id = asked AND a.state = 'in_force' AND c -> 'terms' ? name
       AND (c -> 'binds')::boolean AND NOT storage.agreement_over(a.text, storage.today())
     LIMIT 1
$$;

-- The hours that an approved transfer waits: a day, three to whom the giver has not listed, unless
-- the agreement says otherwise. As compact.movements.wait_hours.
CREATE FUNCTION storage.wait_hours(asked integer, giver integer, taker integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT CASE WHEN EXISTS (
               SELECT FROM trusted_taker t
                WHERE t.union_id = asked AND t.institution_id = giver AND t.taker_id = taker
                  AND t.known_until IS NULL AND storage.civil_day() >= t.valid_from
                  AND (t.valid_to IS NULL OR storage.civil_day() < t.valid_to))
           THEN coalesce(storage.binding_term(asked, 'delay_hours')::integer, 24)
           ELSE greatest(coalesce(storage.binding_term(asked, 'longer_hours')::integer, 72),
                         coalesce(storage.binding_term(asked, 'delay_hours')::integer, 24)) END
$$;

-- Who holds quota of a year without a run: by whose succession, in whose member's total.
CREATE VIEW storage.heir AS
SELECT DISTINCT ON (l.union_id, l.indicator, l.year, l.institution_id) l.union_id, l.indicator, l.year,
       l.institution_id, m.member_id
  FROM movement m JOIN book_cause c ON c.movement_id = m.id
  JOIN movement_leg l ON l.movement_id = m.id
 WHERE m.kind = 'roster_change' AND m.reverses IS NULL AND m.member_id IS NOT NULL
   AND l.account = 'holder' AND l.amount_g > 0
   AND NOT EXISTS (SELECT FROM movement r JOIN book_cause b ON b.movement_id = r.id
                    WHERE r.reverses = m.id)
 ORDER BY l.union_id, l.indicator, l.year, l.institution_id, m.id;

-- The member in whose total a holder's quota of a year was issued, to it or to whom it succeeds.
CREATE FUNCTION storage.member_of(asked integer, wanted text, of_year integer, holder integer)
RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce(
        (SELECT q.member_id
           FROM run_in_force f JOIN run_quota q ON q.run_id = f.run_id AND q.year = f.year
          WHERE f.union_id = asked AND f.indicator = wanted AND f.year = of_year
            AND q.institution_id = holder),
        (SELECT h.member_id FROM storage.heir h
          WHERE h.union_id = asked AND h.indicator = wanted AND h.year = of_year
            AND h.institution_id = holder))
$$;

-- The same of a taker; null, too, of a guarded institution that the viewer does not see.
CREATE FUNCTION access.taker_member(asked integer, wanted text, of_year integer, taker integer)
RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT storage.member_of(asked, wanted, of_year, taker)
     WHERE taker NOT IN (SELECT g.id FROM access.guarded_unseen() AS g(id))
       AND asked IN (SELECT s.id FROM access.sees_unions() AS s(id))
$$;

-- What the runs have issued to a holder for a year, whatever was moved since.
CREATE FUNCTION storage.issued_g(asked integer, wanted text, of_year integer, holder integer)
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce(sum(e.amount_g), 0)::bigint
      FROM book_entry e JOIN book_cause c ON c.id = e.cause_id
     WHERE e.institution_id = holder AND e.year = of_year AND e.union_id = asked
       AND e.indicator = wanted AND e.account = 'holder' AND c.run_id IS NOT NULL
$$;

-- What a holder has banked or borrowed of a year so far.
CREATE FUNCTION storage.moved_g(asked integer, wanted text, of_year integer, holder integer, by_kind text)
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce(sum(m.amount_g), 0)::bigint
      FROM movement m JOIN book_cause c ON c.movement_id = m.id
     WHERE m.institution_id = holder AND m.year = of_year AND m.union_id = asked
       AND m.indicator = wanted AND m.kind = by_kind
$$;

-- What is banked or borrowed is bounded by a share of the next year's quota, as agreed.
CREATE FUNCTION storage.check_limit(m movement) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    term CONSTANT text := CASE m.kind WHEN 'bank' THEN 'bank_percent' ELSE 'borrow_percent' END;
    percent CONSTANT numeric := storage.binding_term(m.union_id, term)::numeric;
    next_g CONSTANT bigint := storage.issued_g(m.union_id, m.indicator, m.year + 1, m.institution_id);
    already CONSTANT bigint := storage.moved_g(m.union_id, m.indicator, m.year, m.institution_id,
                                               m.kind);
BEGIN
    IF percent IS NULL THEN
        PERFORM storage.refuse_movement('no clause that binds says ' || term, 'no_clause');
    ELSIF already + m.amount_g > floor(next_g * percent / 100) THEN
        PERFORM storage.refuse_movement(
            format('%s g are more than %s %% of the %s g of %s', already + m.amount_g, percent, next_g,
                   m.year + 1), 'beyond_limit');
    END IF;
END $$;

-- The entries of what moves between two accounts follow from the movement itself.
CREATE FUNCTION storage.make_legs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    whole_g CONSTANT bigint := CASE WHEN NEW.kind = 'carry' THEN ceil(NEW.amount_g
        * storage.binding_term(NEW.union_id, 'carry_factor')::numeric)::bigint ELSE NEW.amount_g END;
BEGIN
    IF NEW.kind = 'carry' AND whole_g IS NULL THEN
        PERFORM storage.refuse_movement('no clause that binds says carry_factor', 'no_clause');
    END IF;
    INSERT INTO movement_leg (movement_id, union_id, indicator, place, account, institution_id,
                              region_id, year, amount_g)
    SELECT NEW.id, NEW.union_id, NEW.indicator, row_number() OVER (), s.account,
           CASE WHEN s.account IN ('holder', 'covered') THEN s.of_id END,
           CASE WHEN s.account IN ('reserve', 'pool') THEN s.of_id END, s.year, s.amount_g
      FROM (VALUES
        ('reserve', 'union', NULL, NEW.year, -NEW.amount_g),
        ('reserve', 'reserve', NEW.member_id, NEW.year, NEW.amount_g),
        ('adjustment', 'reserve', NEW.member_id, NEW.year, -NEW.amount_g),
        ('adjustment', 'holder', NEW.institution_id, NEW.year, NEW.amount_g),
        ('return', 'holder', NEW.institution_id, NEW.year, -NEW.amount_g),
        ('return', 'reserve', NEW.member_id, NEW.year, NEW.amount_g),
        ('transfer', 'holder', NEW.institution_id, NEW.year, -NEW.amount_g),
        ('transfer', 'holder', NEW.taker_id, NEW.year, NEW.amount_g),
        ('bank', 'holder', NEW.institution_id, NEW.year, -NEW.amount_g),
        ('bank', 'holder', NEW.institution_id, NEW.year + 1, NEW.amount_g),
        ('borrow', 'holder', NEW.institution_id, NEW.year + 1, -NEW.amount_g),
        ('borrow', 'holder', NEW.institution_id, NEW.year, NEW.amount_g),
        ('carry', 'holder', NEW.institution_id, NEW.year + 1, -whole_g),
        ('carry', 'covered', NEW.institution_id, NEW.year, NEW.amount_g),
        ('carry', 'expired', NULL, NEW.year + 1, nullif(whole_g - NEW.amount_g, 0)),
        ('cover', 'holder', NEW.institution_id, NEW.year, -NEW.amount_g),
        ('cover', 'covered', NEW.institution_id, NEW.year, NEW.amount_g),
        ('reversal', 'covered', NEW.institution_id, NEW.year, -NEW.amount_g),
        ('reversal', 'holder', NEW.institution_id, NEW.year, NEW.amount_g)
      ) AS s (kind, account, of_id, year, amount_g)
     WHERE s.kind = NEW.kind AND s.amount_g IS NOT NULL;
    RETURN NULL;
END $$;

-- A cover is reversed by all of it, once, while fourteen days are not over.
CREATE FUNCTION storage.movement_begins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    cover movement;
    done_at timestamptz;
BEGIN
    IF NEW.kind IN ('adjustment', 'return', 'transfer', 'bank', 'borrow', 'carry', 'cover', 'reversal',
                    'pool', 'roster_change')
       AND NEW.institution_id IS NULL
       OR NEW.kind IN ('reserve', 'pool') AND NEW.member_id IS NULL THEN
        PERFORM storage.refuse_movement('whose movement it is must be said', 'movement_begins');
    END IF;
    IF NEW.kind = 'reversal' THEN
        SELECT * INTO cover FROM movement WHERE id = NEW.reverses;
        done_at := (SELECT made_at FROM book_cause WHERE movement_id = NEW.reverses);
        IF cover.kind <> 'cover' OR (cover.institution_id, cover.year, cover.amount_g, cover.union_id)
               IS DISTINCT FROM (NEW.institution_id, NEW.year, NEW.amount_g, NEW.union_id)
           OR done_at IS NULL THEN
            PERFORM storage.refuse_movement('a reversal takes back a whole cover', 'reversal_of');
        ELSIF done_at < now() - interval '14 days' THEN
            PERFORM storage.refuse_movement('fourteen days are over', 'reversal_late');
        END IF;
    ELSIF NEW.reverses IS NOT NULL AND NOT EXISTS (
          SELECT FROM movement m JOIN book_cause c ON c.movement_id = m.id
           WHERE m.id = NEW.reverses AND m.kind = 'roster_change' AND m.reverses IS NULL
             AND (m.institution_id, m.union_id, m.amount_g)
                 = (NEW.institution_id, NEW.union_id, NEW.amount_g)) THEN
        PERFORM storage.refuse_movement('only what is in the books goes back', 'reversal_of');
    END IF;
    RETURN NEW;
END $$;

-- Legs of what moves among many are given with it, before its first deed, and stay as they are.
CREATE FUNCTION storage.leg_fits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    m movement;
BEGIN
    SELECT * INTO m FROM movement WHERE id = NEW.movement_id;
    IF EXISTS (SELECT FROM movement_deed WHERE movement_id = m.id) THEN
        PERFORM storage.refuse_movement('it has begun', 'leg_fits');
    END IF;
    IF m.kind NOT IN ('pool', 'rebalance', 'expiry', 'roster_change') THEN
        IF pg_trigger_depth() < 2 THEN
            PERFORM storage.refuse_movement('its legs follow from it', 'leg_fits');
        END IF;
    ELSIF (CASE m.kind
        WHEN 'pool' THEN (NEW.account = 'holder' AND NEW.institution_id = m.institution_id)
                         OR (NEW.account = 'pool' AND NEW.region_id = m.member_id)
        WHEN 'roster_change' THEN CASE WHEN m.reverses IS NULL
            THEN (NEW.account = 'holder'
                  AND (NEW.amount_g > 0 OR NEW.institution_id = m.institution_id))
                 OR (NEW.account = 'reserve' AND NEW.region_id = m.member_id AND NEW.amount_g > 0)
            ELSE EXISTS (SELECT FROM movement_leg l WHERE l.movement_id = m.reverses
                            AND (l.account, l.institution_id, l.region_id, l.year, l.amount_g)
                                IS NOT DISTINCT FROM (NEW.account, NEW.institution_id, NEW.region_id,
                                                      NEW.year, -NEW.amount_g)) END
        WHEN 'rebalance' THEN NEW.account = 'holder' AND m.institution_id IS NULL
        WHEN 'expiry' THEN NEW.account IN ('holder', 'reserve', 'pool', 'expired')
                         AND m.institution_id IS NULL END) IS NOT TRUE THEN
        PERFORM storage.refuse_movement(NEW.account || ' has no part in it', 'leg_fits');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION storage.movement_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    m movement;
    last movement_deed;
    first movement_deed;
BEGIN
    SELECT * INTO m FROM movement WHERE id = NEW.movement_id FOR NO KEY UPDATE;
    SELECT * INTO last FROM movement_deed WHERE movement_id = m.id ORDER BY id DESC LIMIT 1;
    SELECT * INTO first FROM movement_deed WHERE movement_id = m.id ORDER BY id LIMIT 1;
    IF (CASE NEW.deed
        WHEN 'propose' THEN last.deed IS NULL AND NEW.made_by = m.made_by
        WHEN 'approve' THEN last.deed = 'propose' AND storage.needs_two(m.kind)
        WHEN 'refuse' THEN last.deed = 'propose' AND storage.needs_two(m.kind)
        WHEN 'cancel' THEN last.deed IN ('propose', 'approve')
        WHEN 'do' THEN CASE WHEN storage.needs_two(m.kind)
                            THEN last.deed = 'approve' AND last.due_at <= clock_timestamp()
                            ELSE last.deed = 'propose' END
        WHEN 'end' THEN last.deed = 'approve' AND last.due_at <= clock_timestamp()
        END) IS NOT TRUE THEN
        PERFORM storage.refuse_movement(
            format('%s does not follow on %s in movement %s', NEW.deed,
                   coalesce(storage.movement_state(last.deed), 'nothing'), m.id), 'movement_follows');
    END IF;
    IF NEW.deed = 'approve' THEN
        IF NEW.made_by IN (first.made_by, 'user:1')
           OR EXISTS (SELECT FROM app_user a JOIN app_user b USING (person_id)
                       WHERE 'user:' || a.id = first.made_by AND 'user:' || b.id = NEW.made_by) THEN
            PERFORM storage.refuse_movement('another person approves it', 'movement_second');
        END IF;
        NEW.due_at := now() + CASE WHEN m.kind = 'transfer' THEN make_interval(hours =>
            storage.wait_hours(m.union_id, m.institution_id, m.taker_id)) ELSE interval '0' END;
    END IF;
    RETURN NEW;
END $$;

-- What is done enters the books in the same breath, and in no other way.
CREATE FUNCTION storage.movement_done() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    m movement;
    cause bigint;
BEGIN
    SELECT * INTO m FROM movement WHERE id = NEW.movement_id;
    PERFORM pg_advisory_xact_lock(14, m.union_id);  -- from here on one after the other
    IF m.kind IN ('bank', 'borrow') THEN
        PERFORM storage.check_limit(m);
    ELSIF m.kind = 'transfer' AND storage.binding_term(m.union_id, 'delay_hours') IS NULL
          AND storage.member_of(m.union_id, m.indicator, m.year, m.institution_id)
              IS DISTINCT FROM storage.member_of(m.union_id, m.indicator, m.year, m.taker_id) THEN
        PERFORM storage.refuse_movement('no clause that binds speaks of transfers', 'no_clause');
    END IF;
    INSERT INTO book_cause (union_id, indicator, kind, reason, made_by, movement_id)
    VALUES (m.union_id, m.indicator, m.kind, m.reason, NEW.made_by, m.id)
    RETURNING id INTO cause;
    INSERT INTO book_entry (cause_id, union_id, indicator, year, institution_id, region_id, account,
                            amount_g)
    SELECT cause, l.union_id, l.indicator, l.year, l.institution_id, l.region_id, l.account, l.amount_g
      FROM movement_leg l WHERE l.movement_id = m.id ORDER BY l.place;
    IF m.kind IN ('cover', 'reversal', 'carry') THEN
        PERFORM storage.follow_cover(m.union_id, m.indicator, m.institution_id, false);
    END IF;
    RETURN NULL;
END $$;

-- Do what has waited long enough; what the books refuse ends with the name of the refusal.
CREATE FUNCTION storage.do_due(asked integer) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    last movement_deed;
    refusal text;
BEGIN
    SELECT * INTO last FROM movement_deed WHERE movement_id = asked ORDER BY id DESC LIMIT 1;
    IF last.deed IS DISTINCT FROM 'approve' OR last.due_at > clock_timestamp() THEN
        RETURN storage.movement_state(last.deed);
    END IF;
    BEGIN
        INSERT INTO movement_deed (movement_id, deed, made_by) VALUES (asked, 'do', last.made_by);
        SET CONSTRAINTS storage.sums_to_zero IMMEDIATE;
        SET CONSTRAINTS storage.sums_to_zero DEFERRED;
        RETURN 'done';
    EXCEPTION WHEN integrity_constraint_violation OR check_violation THEN
        GET STACKED DIAGNOSTICS refusal = CONSTRAINT_NAME;
    END;
    INSERT INTO movement_deed (movement_id, deed, code, made_by)
    VALUES (asked, 'end', refusal, last.made_by);
    RETURN 'ended';
END $$;

-- The books of a year close when it is over, after what is left of it has expired, and once nothing
-- of it waits or could still be reversed.
CREATE FUNCTION storage.year_closes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(14, NEW.union_id);
    IF make_date(NEW.year + 1, 1, 1) > storage.today() THEN
        PERFORM storage.refuse_movement(format('%s is not over', NEW.year), 'year_not_over');
    ELSIF EXISTS (SELECT FROM storage.cover_period(NEW.union_id) p
                   WHERE extract(year FROM storage.today())
                         < storage.whole_due_from(NEW.year, p.first_year, p.years)) THEN
        PERFORM storage.refuse_movement(format('the period of %s is not over', NEW.year),
                                        'period_not_over');
    ELSIF EXISTS (SELECT FROM book_cause c JOIN movement m ON m.id = c.movement_id
                   WHERE m.union_id = NEW.union_id AND m.indicator = NEW.indicator
                     AND m.year = NEW.year AND m.kind = 'cover'
                     AND c.made_at > now() - interval '14 days'
                     AND NOT EXISTS (SELECT FROM movement r WHERE r.reverses = m.id)) THEN
        PERFORM storage.refuse_movement('a cover of it can still be reversed', 'year_reversible');
    ELSIF EXISTS (SELECT FROM book_entry e
                   WHERE e.union_id = NEW.union_id AND e.indicator = NEW.indicator
                     AND e.year = NEW.year AND e.account IN ('holder', 'reserve', 'pool')
                   GROUP BY e.account, e.institution_id, e.region_id HAVING sum(e.amount_g) <> 0) THEN
        PERFORM storage.refuse_movement('something of it has not expired', 'year_not_empty');
    END IF;
    RETURN NEW;
END $$;

-- What may be done to an account goes back to open only when a reconciliation finds nothing more.
CREATE FUNCTION storage.account_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    was text;
BEGIN
    PERFORM pg_advisory_xact_lock(14, NEW.union_id);
    SELECT state INTO was FROM book_account_state
     WHERE union_id = NEW.union_id AND institution_id IS NOT DISTINCT FROM NEW.institution_id
       AND indicator IS NOT DISTINCT FROM NEW.indicator
     ORDER BY id DESC LIMIT 1;
    was := coalesce(was, 'open');
    IF was = NEW.state OR was = 'closed' THEN
        PERFORM storage.refuse_movement(format('an account that is %s does not become %s', was,
                                               NEW.state), 'account_follows');
    ELSIF was = 'blocked' AND NEW.state <> 'closed' AND EXISTS (
        SELECT FROM journal.difference d
         WHERE d.reconciliation_id = (SELECT max(r.id) FROM journal.reconciliation r
                                       WHERE r.union_id = NEW.union_id)
           AND d.institution_id IS NOT DISTINCT FROM NEW.institution_id
           AND d.indicator IS NOT DISTINCT FROM NEW.indicator) THEN
        PERFORM storage.refuse_movement('the last reconciliation still differs', 'still_differs');
    ELSIF NEW.state = 'closed' AND (was = 'blocked' OR EXISTS (
        SELECT FROM book_entry e
         WHERE e.institution_id = NEW.institution_id AND e.union_id = NEW.union_id
           AND e.indicator = NEW.indicator AND e.account = 'holder'
           AND NOT EXISTS (SELECT FROM book_year_closed y WHERE y.union_id = e.union_id
                              AND y.indicator = e.indicator AND y.year = e.year)
         GROUP BY e.year HAVING sum(e.amount_g) <> 0)) THEN
        PERFORM storage.refuse_movement('its account holds something still', 'account_not_empty');
    END IF;
    RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION storage.refuse_movement, storage.check_limit, storage.make_legs,
    storage.movement_begins, storage.leg_fits, storage.movement_follows, storage.movement_done,
    storage.do_due, storage.account_follows, storage.issued_g, storage.moved_g, storage.member_of,
    access.taker_member, storage.year_closes
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.do_due TO commonwatt_worker, commonwatt_api;
GRANT EXECUTE ON FUNCTION storage.member_of, access.taker_member TO commonwatt_api;
GRANT EXECUTE ON FUNCTION storage.account_follows TO commonwatt_journal;
