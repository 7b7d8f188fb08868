-- PostgreSQL lets every login change its own settings and password: what a member's login was given is
-- kept, so that it can be given back; and what it sets in a session changes no figure.

CREATE TABLE storage.member_login (
    name text PRIMARY KEY,
    verifier text NOT NULL,    -- of its password, as the server keeps it
    settings text[] NOT NULL,  -- name=value, sorted
    made_at timestamptz NOT NULL DEFAULT now()
);
REVOKE ALL ON storage.member_login FROM public;

-- What was ended or given back, for doctor and whoever asks.
CREATE TABLE member_login_kept (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    login text NOT NULL,
    what text NOT NULL CHECK (what IN ('settings', 'password', 'session'))
);
GRANT SELECT, INSERT ON member_login_kept TO commonwatt_worker;
GRANT SELECT ON member_login_kept TO commonwatt_api;

-- Today is what our programs say it is, and the server's day for any other login: a session is lent to one
-- colleague after another, and keeps what one of them set.
-- Many views ask for it with every row: its body is planned into them, as before.
CREATE OR REPLACE FUNCTION storage.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN current_setting('commonwatt.today', true) <> ''
                     AND (pg_has_role(session_user, 'commonwatt_api', 'MEMBER')
                          OR pg_has_role(session_user, 'commonwatt_worker', 'MEMBER'))
                THEN current_setting('commonwatt.today', true)::date
                ELSE (now() AT TIME ZONE 'UTC')::date END;
