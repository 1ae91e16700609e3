#!/bin/sh
# Runs once, on an empty data directory: for each service and the keyring a database and the role that runs on it, with the password that
# PASSWORD_<role> gives. Tables and grants come with the migration. Safe settings are the server's defaults; a process looks at them.
set -eu

for role in $(env | sed -n 's/^PASSWORD_\(bindeglied_[a-z]*\)=..*/\1/p' | sort); do
    # The password goes in as a value, through the environment: neither a process list nor SQL text shows it.
    PASSWORD=$(printenv "PASSWORD_$role") psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set role="$role" <<'SQL'
\getenv password PASSWORD
create role :"role" login password :'password';
create database :"role" encoding utf8 template template0;
revoke all on database :"role" from public;
grant connect on database :"role" to :"role";
SQL
done
