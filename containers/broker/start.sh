#!/bin/sh
# Start the broker with the logins of our own services; those of gateways stay as they are.
# What is mounted may be readable by its owner alone, and a broker may refuse a file that others can
# read: so all of it is copied, and belongs to the broker's own user.
set -eu
umask 077
data=/mosquitto/data
cp /mosquitto/config/acl "$data/acl"
cp /mosquitto/config/mosquitto.conf "$data/mosquitto.conf"
if [ -s /mosquitto/tls/server.key ]; then
    cp /mosquitto/tls/server.crt /mosquitto/tls/server.key "$data/"
    cat /mosquitto/config/tls.conf >> "$data/mosquitto.conf"
fi
passwords=$data/passwords
touch "$passwords"
mosquitto_passwd -b "$passwords" collector "$BROKER_COLLECTOR_PASSWORD"
mosquitto_passwd -b "$passwords" demo "$BROKER_DEMO_PASSWORD"
if [ "$(id -u)" = 0 ]; then
    chown -R mosquitto: "$data"
fi
exec mosquitto -c "$data/mosquitto.conf"
