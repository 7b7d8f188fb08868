#!/bin/sh
# Start the broker with the logins of our own services, and those that the platform keeps of gateways.
# What is mounted may be readable by its owner alone, and a broker may refuse a file that others can
# read: so all of it is copied, and belongs to the broker's own user.
set -eu
umask 077
data=/mosquitto/data
logins=/mosquitto/logins  # passwords and acl of gateways, as the service of that name writes them
cp /mosquitto/config/acl "$data/acl.own"
cp /mosquitto/config/mosquitto.conf "$data/mosquitto.conf"
if [ -s /mosquitto/tls/server.key ]; then
    cp /mosquitto/tls/server.crt /mosquitto/tls/server.key "$data/"
    cat /mosquitto/config/tls.conf >> "$data/mosquitto.conf"
fi
own=$data/passwords.own
touch "$own"
mosquitto_passwd -b "$own" collector "$BROKER_COLLECTOR_PASSWORD"
mosquitto_passwd -b "$own" demo "$BROKER_DEMO_PASSWORD"

parts() {
    cat "$data/$1.own"
    if [ -s "$logins/$1" ]; then cat "$logins/$1"; fi
}

# Put both parts of a file in place in one step; nothing to do is a failure.
joined() {
    if [ -e "$data/$1" ] && parts "$1" | cmp -s - "$data/$1"; then return 1; fi
    parts "$1" > "$data/$1.new"
    if [ "$(id -u)" = 0 ]; then chown mosquitto: "$data/$1.new"; fi
    mv "$data/$1.new" "$data/$1"
}

joined passwords || true
joined acl || true
if [ "$(id -u)" = 0 ]; then
    chown -R mosquitto: "$data"
fi

# The broker takes this shell's place, under its number. It ends who may not stay when it reads anew.
broker=$$
while sleep 2 && kill -0 "$broker" 2>/dev/null; do
    changed=no
    for kind in passwords acl; do
        if joined "$kind"; then changed=yes; fi
    done
    if [ "$changed" = yes ]; then kill -HUP "$broker"; fi
done &
exec mosquitto -c "$data/mosquitto.conf"
