-- What may follow what in a seat of a union, and what a region is in it from when to when.

-- The state of a seat after its last deed, on a day; null: nobody has proposed it.
CREATE FUNCTION storage.membership_state(deed text, step text, day date, today date) RETURNS text
LANGUAGE sql IMMUTABLE RETURN CASE
    WHEN deed = 'propose' THEN 'proposed'
    WHEN deed = 'decline' THEN 'declined'
    WHEN deed = 'notice' AND today > day THEN 'left'
    ELSE step END;

-- One seat's deeds come one after the other; compact.memberships says the same in Python.
CREATE FUNCTION storage.follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    last membership_deed;
    was text;
BEGIN
    PERFORM FROM membership WHERE id = NEW.membership_id FOR UPDATE;
    SELECT * INTO last FROM membership_deed
     WHERE membership_id = NEW.membership_id ORDER BY id DESC LIMIT 1;
    was := storage.membership_state(last.deed, last.step, last.day, storage.civil_day());
    IF (CASE NEW.deed
        WHEN 'propose' THEN was IS NULL OR was IN ('declined', 'left')
        WHEN 'accept' THEN was = 'proposed'
        WHEN 'decline' THEN was = 'proposed'
        WHEN 'step' THEN was = 'observer' AND NEW.step = 'shadow' AND last.deed <> 'notice'
        WHEN 'full' THEN was IN ('observer', 'shadow') AND last.deed <> 'notice'
        WHEN 'notice' THEN was IN ('observer', 'shadow', 'full') AND last.deed <> 'notice'
                           AND NEW.step = last.step
        WHEN 'stay' THEN was IN ('observer', 'shadow', 'full') AND last.deed = 'notice'
                         AND NEW.step = last.step
        END) IS NOT TRUE OR (NEW.deed IN ('step', 'full', 'notice') AND NEW.day < last.day) THEN
        RAISE EXCEPTION '% cannot follow on % in seat %', NEW.deed, coalesce(was, 'nothing'),
                        NEW.membership_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'membership_follows';
    END IF;
    RETURN NEW;
END $$;

-- From a day on it is something else, or nothing any more: what was known is known until now.
CREATE FUNCTION storage.sits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    held union_member;
    first date;
    ends date;
BEGIN
    IF NEW.deed <> 'accept' THEN
        UPDATE union_member SET known_until = now()
         WHERE id = (SELECT id FROM union_member
                      WHERE union_id = NEW.union_id AND region_id = NEW.region_id
                        AND known_until IS NULL ORDER BY valid_from DESC LIMIT 1)
        RETURNING * INTO held;
        IF NEW.deed IN ('step', 'full') AND held.valid_from < NEW.day THEN
            INSERT INTO union_member (union_id, region_id, level, step, valid_from, valid_to, source,
                                      known_by)
            VALUES (NEW.union_id, NEW.region_id, held.level, held.step, held.valid_from, NEW.day,
                    held.source, held.known_by);
        END IF;
    END IF;
    first := CASE WHEN NEW.deed IN ('notice', 'stay') THEN held.valid_from ELSE NEW.day END;
    ends := CASE WHEN NEW.deed = 'notice' THEN NEW.day + 1 END;
    INSERT INTO union_member (union_id, region_id, level, step, valid_from, valid_to, source, known_by)
    SELECT NEW.union_id, NEW.region_id, level, NEW.step, first, ends, NEW.source, NEW.made_by
      FROM membership WHERE id = NEW.membership_id;
    RETURN NULL;
END $$;

-- Every seat with its last deed, for who sees the union.
CREATE VIEW report.membership WITH (security_barrier) AS
SELECT m.id AS membership_id, m.union_id, m.region_id, m.level,
       storage.membership_state(d.deed, d.step, d.day, storage.civil_day()) AS state,
       d.deed, d.step, d.day, d.source, d.made_at, d.made_by
  FROM membership m
 CROSS JOIN LATERAL (SELECT * FROM membership_deed WHERE membership_id = m.id
                      ORDER BY id DESC LIMIT 1) d
 WHERE m.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

REVOKE ALL ON FUNCTION storage.follows, storage.sits FROM PUBLIC;
