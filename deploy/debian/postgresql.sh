#!/bin/bash
# As the public image does: makes the data folder when it is empty and runs what is in /docker-entrypoint-initdb.d.
set -euo pipefail

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb -D "$PGDATA" -U postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-host=scram-sha-256 --auth-local=trust >/dev/null
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  printf "listen_addresses = '*'\n" >>"$PGDATA/postgresql.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  for script in /docker-entrypoint-initdb.d/*.sh; do
    [ ! -f "$script" ] || bash "$script"
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
