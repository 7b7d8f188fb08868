-- A guarded meter hides its gateway's refused messages while it is bound there, not for ever after.

-- What a gateway was refused holds readings of whatever it was bound to when it sent them. A gateway
-- keeps what it could not send for some weeks, and a new meter may send before it is bound: a month
-- on both sides is hidden, too. A binding that was taken back without another held until then.
CREATE FUNCTION access.guards_refused()
RETURNS TABLE (gateway text, since timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT g.name, b.valid_from - interval '31 days',
           coalesce(least(b.valid_to, b.known_until), 'infinity') + interval '31 days'
      FROM gateway g
      JOIN binding b ON b.gateway_id = g.id
      JOIN channel c ON c.id = b.channel_id
      JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id IN (SELECT access.guarded_unseen())
       AND g.name IN (SELECT access.sees_gateways())
       AND (b.known_until IS NULL OR NOT EXISTS (
            SELECT FROM binding k
             WHERE k.gateway_id = b.gateway_id AND k.key = b.key AND k.channel_id = b.channel_id
               AND k.known_until IS NULL))
$$;
REVOKE ALL ON FUNCTION access.guards_refused FROM public;
GRANT EXECUTE ON FUNCTION access.guards_refused TO commonwatt_api, commonwatt_boards;

ALTER POLICY seen ON rejected_message USING (
    (SELECT access.administers())
    OR gateway IN (SELECT access.sees_gateways())
       AND NOT EXISTS (SELECT FROM access.guards_refused() h
                        WHERE h.gateway = rejected_message.gateway
                          AND received_at >= h.since AND received_at < h.until));
CREATE OR REPLACE VIEW report.rejected WITH (security_barrier) AS
SELECT gateway, received_at, reason, message_zh, message_en, readings, resolved_at
  FROM rejected_message r
 WHERE (SELECT access.administers())
    OR gateway IN (SELECT access.sees_gateways())
       AND NOT EXISTS (SELECT FROM access.guards_refused() h
                        WHERE h.gateway = r.gateway
                          AND r.received_at >= h.since AND r.received_at < h.until);
-- Nobody asks it any more.
DROP FUNCTION access.sees_refused_of;
