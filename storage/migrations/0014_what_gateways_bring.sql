-- A board of one region shows the gateways of its channels, not those of all that the viewer sees.

CREATE VIEW report.gateway_channel WITH (security_barrier) AS
SELECT g.name AS gateway, b.channel_id
  FROM gateway g
  JOIN binding b ON b.gateway_id = g.id
 WHERE b.known_until IS NULL AND (b.valid_to IS NULL OR b.valid_to > now())
   AND b.channel_id IN (SELECT access.sees_channels());
GRANT SELECT ON report.gateway_channel TO commonwatt_api, commonwatt_boards;
