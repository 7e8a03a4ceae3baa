#!/bin/bash
# Runs once, when the data folder is made: a role and a database of its own for each service.
set -euo pipefail

psql_() { psql -v ON_ERROR_STOP=1 -q -U "${POSTGRES_USER:-postgres}" "$@"; }

psql_ -d postgres -c 'revoke connect on database postgres, template1 from public'
while read -r role password; do
  # Variables are quoted by psql itself; the command is read from standard input, as -c knows no variables.
  psql_ -d postgres -v role="$role" -v password="$password" <<'SQL'
create role :"role" login password :'password';
create database :"role" owner :"role";
revoke connect, temporary on database :"role" from public;
SQL
done </run/secrets/postgresql-accounts
