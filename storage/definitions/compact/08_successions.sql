-- What a change of the roster does to the books: the quota goes where the institutions went.

-- What of a holder's account stays for its own use before a day of the year: by the months of its
-- notice, a broken month by its days; without a notice by the days of the year.
CREATE FUNCTION storage.before_g(asked integer, wanted text, of_year integer, holder integer,
                                 held bigint, day date) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT CASE WHEN day <= make_date(of_year, 1, 1) THEN 0 ELSE coalesce((
        SELECT sum(CASE WHEN m.ends <= day THEN m.g
                        WHEN m.first < day THEN div(m.g::numeric * (day - m.first), m.ends - m.first)
                        ELSE 0 END)::bigint
          FROM run_in_force f JOIN run_quota q ON q.run_id = f.run_id AND q.year = f.year
         CROSS JOIN LATERAL (
               SELECT g, make_date(of_year, n::integer, 1) AS first,
                      (make_date(of_year, n::integer, 1) + interval '1 month')::date AS ends
                 FROM unnest(storage.months_of(q.months_g, held)) WITH ORDINALITY AS x (g, n)) m
         WHERE f.union_id = asked AND f.indicator = wanted AND f.year = of_year
           AND q.institution_id = holder),
        div(held::numeric * (day - make_date(of_year, 1, 1)),
            make_date(of_year + 1, 1, 1) - make_date(of_year, 1, 1))::bigint) END
$$;

-- The entries by which what institutions hold of open years, from a day on, goes to their successors
-- by exact shares, to the gram as compact.movements.to_successors has it; without a successor (0) into
-- the reserve of the member in whose total it was issued. For who keeps their roster.
CREATE FUNCTION access.succession_legs(olds integer[], heirs integer[], above bigint[],
                                       below bigint[], day date)
RETURNS TABLE (union_id integer, indicator text, predecessor_id integer, member_id integer, year integer,
               account text, place_id integer, amount_g bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH part AS (
        SELECT p.* FROM unnest(olds, heirs, above, below) AS p (old, heir, above, below)
         WHERE p.old IN (SELECT k.id FROM access.keeps_roster() AS k(id))
    ), held AS (
        SELECT e.union_id, e.indicator, e.institution_id AS old, e.year, sum(e.amount_g)::bigint AS g
          FROM book_entry e
         WHERE e.institution_id IN (SELECT p.old FROM part p) AND e.account = 'holder'
           AND e.year >= extract(year FROM day)
           AND NOT EXISTS (SELECT FROM book_year_closed y
                            WHERE y.union_id = e.union_id AND y.indicator = e.indicator
                              AND y.year = e.year)
         GROUP BY 1, 2, 3, 4 HAVING sum(e.amount_g) > 0
    ), goes AS (
        SELECT h.*, h.g - storage.before_g(h.union_id, h.indicator, h.year, h.old, h.g, day) AS moves,
               storage.member_of(h.union_id, h.indicator, h.year, h.old) AS member
          FROM held h
    ), given AS (
        SELECT g.*, coalesce(p.heir, 0) AS heir,
               div(2 * g.moves * sum(p.above) OVER w + p.below, 2 * p.below)
             - div(2 * g.moves * (sum(p.above) OVER w - p.above) + p.below, 2 * p.below) AS portion
          FROM goes g JOIN part p USING (old)
        WINDOW w AS (PARTITION BY g.union_id, g.indicator, g.old, g.year ORDER BY p.heir)
    ), leg AS (
        SELECT * FROM given WHERE heir <> old AND portion > 0 AND (heir > 0 OR member IS NOT NULL)
    )
    SELECT l.union_id, l.indicator, l.old, l.member, l.year, 'holder', l.old, -sum(l.portion)::bigint
      FROM leg l GROUP BY 1, 2, 3, 4, 5
     UNION ALL
    SELECT l.union_id, l.indicator, l.old, l.member, l.year,
           CASE WHEN l.heir > 0 THEN 'holder' ELSE 'reserve' END,
           CASE WHEN l.heir > 0 THEN l.heir ELSE l.member END, l.portion::bigint
      FROM leg l
     ORDER BY 1, 2, 3, 5, 8
$$;

-- Propose a movement with its entries.
CREATE FUNCTION storage.propose_legs(m movement, accounts text[], places integer[], years integer[],
                                     amounts_g bigint[]) RETURNS integer LANGUAGE plpgsql
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    made integer;
BEGIN
    INSERT INTO movement (union_id, indicator, kind, year, member_id, institution_id, amount_g, reason,
                          reverses, roster_change_id, made_by)
    VALUES (m.union_id, m.indicator, m.kind, m.year, m.member_id, m.institution_id, m.amount_g,
            m.reason, m.reverses, m.roster_change_id, access.viewer())
    RETURNING id INTO made;
    INSERT INTO movement_leg (movement_id, union_id, indicator, place, account, institution_id,
                              region_id, year, amount_g)
    SELECT made, m.union_id, m.indicator, l.nth, l.account,
           CASE WHEN l.account = 'holder' THEN l.of_id END,
           CASE WHEN l.account <> 'holder' THEN l.of_id END, l.year, l.amount_g
      FROM unnest(accounts, places, years, amounts_g) WITH ORDINALITY
           AS l (account, of_id, year, amount_g, nth);
    INSERT INTO movement_deed (movement_id, deed, made_by) VALUES (made, 'propose', access.viewer());
    RETURN made;
END $$;

-- Propose that the quota of those whom a change names goes with them; another person approves each.
CREATE FUNCTION access.hand_over(asked integer) RETURNS SETOF integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    c roster_change;
    m movement;
    one record;
BEGIN
    SELECT * INTO c FROM roster_change r
     WHERE r.id = asked AND r.known_by = access.viewer() AND r.known_until IS NULL;
    FOR one IN
        SELECT l.union_id, l.indicator, l.predecessor_id,
               (array_agg(l.member_id ORDER BY l.year))[1] AS member_id, min(l.year) AS year,
               sum(l.amount_g) FILTER (WHERE l.amount_g > 0)::bigint AS amount_g,
               array_agg(l.account ORDER BY l.year, l.amount_g) AS accounts,
               array_agg(l.place_id ORDER BY l.year, l.amount_g) AS places,
               array_agg(l.year ORDER BY l.year, l.amount_g) AS years,
               array_agg(l.amount_g ORDER BY l.year, l.amount_g) AS amounts_g
          FROM (SELECT array_agg(p.predecessor_id) AS olds, array_agg(p.successor_id) AS heirs,
                       array_agg(p.numerator) AS above, array_agg(p.denominator) AS below
                  FROM roster_part p WHERE p.change_id = c.id) p
         CROSS JOIN LATERAL access.succession_legs(p.olds, p.heirs, p.above, p.below, c.day) l
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    LOOP
        m.union_id := one.union_id; m.indicator := one.indicator; m.kind := 'roster_change';
        m.year := one.year; m.member_id := one.member_id; m.institution_id := one.predecessor_id;
        m.amount_g := one.amount_g; m.reason := c.document_number || ': ' || c.reason;
        m.roster_change_id := c.id;
        RETURN NEXT storage.propose_legs(m, one.accounts, one.places, one.years, one.amounts_g);
    END LOOP;
END $$;

-- What a change has proposed is taken back; what of it is in the books already is proposed back.
CREATE FUNCTION access.hand_back(asked integer, why text) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    m movement;
    last text;
    legs record;
BEGIN
    IF EXISTS (SELECT FROM roster_part p WHERE p.change_id = asked AND p.predecessor_id
                   NOT IN (SELECT k.id FROM access.keeps_roster() AS k(id))) THEN
        RAISE EXCEPTION 'the viewer does not keep this roster' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR m IN SELECT * FROM movement x WHERE x.roster_change_id = asked AND x.reverses IS NULL
              ORDER BY x.id
    LOOP
        last := (SELECT d.deed FROM movement_deed d WHERE d.movement_id = m.id ORDER BY d.id DESC LIMIT 1);
        IF last IN ('propose', 'approve') THEN
            INSERT INTO movement_deed (movement_id, deed, reason, made_by)
            VALUES (m.id, 'cancel', why, access.viewer());
        ELSIF last = 'do' THEN
            SELECT array_agg(l.account ORDER BY l.place) AS accounts,
                   array_agg(coalesce(l.institution_id, l.region_id) ORDER BY l.place) AS places,
                   array_agg(l.year ORDER BY l.place) AS years,
                   array_agg(-l.amount_g ORDER BY l.place) AS amounts_g
              INTO legs FROM movement_leg l WHERE l.movement_id = m.id;
            m.reverses := m.id;
            m.reason := why;
            RETURN NEXT storage.propose_legs(m, legs.accounts, legs.places, legs.years,
                                             legs.amounts_g);
        END IF;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION storage.before_g, access.succession_legs, storage.propose_legs, access.hand_over,
    access.hand_back FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.succession_legs, access.hand_over, access.hand_back
    TO commonwatt_api;
