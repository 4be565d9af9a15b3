-- The role that `guardia drill connections` ends sessions as. As a superuser, and as often as one likes:
--     guardia setup --database "host=/var/run/postgresql dbname=barberpro" --sql drill-role.sql
-- which takes the password from `drills.connections.password` of the launch config, or by hand
--     { printf '%s\n' "\set drill_password '$(cat drill-password)'"; cat drill-role.sql; } | psql -d barberpro
-- (on psql's command line every user of the machine could read it)
-- It sees who is connected and may end the sessions of anybody but a superuser. It reads no table. It has no limit of connections of
-- its own: to take all that are left is what the drill does. Connections that are reserved for superusers stay out of its reach, so
-- that an administrator gets in meanwhile. Where no such drill is wanted: DROP ROLE.

\if :{?drill_password}
\else
    \set drill_password ''
\endif

SELECT CASE :'drill_password' WHEN '' THEN 'CREATE ROLE guardia_drill LOGIN'
    ELSE format('CREATE ROLE guardia_drill LOGIN PASSWORD %L', :'drill_password') END
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'guardia_drill') \gexec

GRANT pg_signal_backend TO guardia_drill;       -- pg_terminate_backend
GRANT pg_read_all_stats TO guardia_drill;       -- which sessions are an application's
GRANT CONNECT ON DATABASE barberpro TO guardia_drill;
