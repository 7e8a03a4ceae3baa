#!/bin/bash
# A replica set of one with accounts: what transactions and change streams need. "ready" is its health check.
set -euo pipefail

administrator() { mongosh --quiet -u administrator -p "$(cat /run/secrets/mongodb-administrator)" --authenticationDatabase admin "$@"; }

if [ "${1:-}" = ready ]; then
  administrator --eval 'quit(db.hello().isWritablePrimary && db.getSiblingDB("timeline").getUser("timeline") ? 0 : 1)'
  exit
fi

# The server wants a key that nobody else may read, and secrets come with an owner of their own.
install -m 600 /run/secrets/mongodb-keyfile /tmp/keyfile
accounts() {
  until mongosh --quiet --eval 'db.hello()' >/dev/null 2>&1; do sleep 0.5; done
  administrator --eval 'quit(0)' 2>/dev/null && return
  mongosh --quiet --eval 'try { rs.initiate({_id: "perilune", members: [{_id: 0, host: "mongodb:27017"}]}) } catch (done) {}'
  until mongosh --quiet --eval 'quit(db.hello().isWritablePrimary ? 0 : 1)'; do sleep 0.5; done
  # As long as there is no account, whoever is on this host may make the first one.
  ADMINISTRATOR="$(cat /run/secrets/mongodb-administrator)" TIMELINE="$(cat /run/secrets/timeline-mongodb)" \
    STATUS="$(cat /run/secrets/status-mongodb)" mongosh --quiet --eval '
    const admin = db.getSiblingDB("admin"), timeline = db.getSiblingDB("timeline");
    admin.createUser({user: "administrator", pwd: process.env.ADMINISTRATOR, roles: ["root"]});
    admin.auth("administrator", process.env.ADMINISTRATOR);
    timeline.createUser({user: "timeline", pwd: process.env.TIMELINE, roles: ["readWrite", {role: "clusterMonitor", db: "admin"}]});
    timeline.createUser({user: "status", pwd: process.env.STATUS, roles: ["read", {role: "clusterMonitor", db: "admin"}]});'
}
accounts &
exec mongod --bind_ip_all --replSet perilune --keyFile /tmp/keyfile --dbpath /data/db
