#!/bin/sh
# Start the broker with the logins of our own services; those of gateways stay as they are.
# The rights are copied, for a broker may refuse a file that others can read.
set -eu
umask 077
cp /mosquitto/config/acl /mosquitto/data/acl
passwords=/mosquitto/data/passwords
touch "$passwords"
mosquitto_passwd -b "$passwords" collector "$BROKER_COLLECTOR_PASSWORD"
mosquitto_passwd -b "$passwords" demo "$BROKER_DEMO_PASSWORD"
exec mosquitto -c /mosquitto/config/mosquitto.conf
