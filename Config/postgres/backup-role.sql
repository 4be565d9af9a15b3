-- The role that guardia takes backups as. As a superuser, and as often as one likes:
--     guardia setup --database "host=/var/run/postgresql dbname=barberpro" --sql backup-role.sql
-- which takes the password from `backup.password` of the launch config, or by hand
--     { printf '%s\n' "\set backup_password '$(cat backup-password)'"; cat backup-role.sql; } | psql -d barberpro
-- (on psql's command line every user of the machine could read it)
-- It reads every table, view and sequence of every database, and writes nothing: whoever has its password has the customers' data.
-- Without a password nobody can log in by one; then pg_hba.conf must let it in, as `peer` does on a Unix socket.
-- For `method: physical` it needs REPLICATION besides:  ALTER ROLE guardia_backup REPLICATION;

\if :{?backup_password}
\else
    \set backup_password ''
\endif

SELECT CASE :'backup_password' WHEN '' THEN 'CREATE ROLE guardia_backup LOGIN'
    ELSE format('CREATE ROLE guardia_backup LOGIN PASSWORD %L', :'backup_password') END
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'guardia_backup') \gexec

ALTER ROLE guardia_backup CONNECTION LIMIT 8;   -- a backup and a verification side by side; a leak cannot take the database's
GRANT pg_read_all_data TO guardia_backup;       -- PostgreSQL 14 or newer
ALTER ROLE guardia_backup SET default_transaction_read_only = on;
GRANT CONNECT ON DATABASE barberpro TO guardia_backup;
