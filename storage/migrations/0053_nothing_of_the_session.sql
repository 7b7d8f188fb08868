-- What one colleague sets in a pooled session of a member must not break another's boards, and nobody
-- who reads may fill the queue of notifications.

-- Forced, row security holds for the tables' owner too. Every policy of the owner lets all rows
-- through, for its views and functions choose by themselves who sees what: so it kept nothing back,
-- and let `SET row_security = off` in a session make every view an error. It holds for all others.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT c.oid::regclass::text FROM pg_class c
         WHERE c.relforcerowsecurity AND c.relowner = 'commonwatt_owner'::regrole
           AND EXISTS (SELECT FROM pg_policy p
                        WHERE p.polrelid = c.oid AND p.polroles @> ARRAY[c.relowner]
                          AND pg_get_expr(p.polqual, c.oid) = 'true')
    LOOP
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

ALTER TABLE member_login_kept DROP CONSTRAINT member_login_kept_what_check;
ALTER TABLE member_login_kept ADD CONSTRAINT member_login_kept_what_check
    CHECK (what IN ('settings', 'password', 'session', 'notifications', 'age'));
