#!/bin/sh
# Start the broker with the logins of our own services; those of gateways stay as they are.
set -eu
umask 077
passwords=/mosquitto/data/passwords
touch "$passwords"
mosquitto_passwd -b "$passwords" collector "$BROKER_COLLECTOR_PASSWORD"
mosquitto_passwd -b "$passwords" demo "$BROKER_DEMO_PASSWORD"
exec mosquitto -c /mosquitto/config/mosquitto.conf
