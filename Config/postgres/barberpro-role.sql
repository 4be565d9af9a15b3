-- The role that guardia asks BarberPro's database with. As a superuser, and as often as one likes:
--     guardia setup --database "host=/var/run/postgresql dbname=barberpro" --sql barberpro-role.sql
-- which takes the password from the launch config, or by hand
--     { printf '%s\n' "\set password '$(cat db-password)'"; cat barberpro-role.sql; } | psql -d barberpro
-- (on psql's command line every user of the machine could read it)
-- It may read and nothing else; guardia's queries run in READ ONLY transactions with a statement_timeout besides.

SELECT format('CREATE ROLE guardia LOGIN PASSWORD %L', :'password')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'guardia') \gexec

ALTER ROLE guardia CONNECTION LIMIT 8;       -- probes keep two connections each; a leak cannot take the database's
GRANT pg_monitor TO guardia;                 -- sees sessions, locks, replication and sizes; no data
ALTER ROLE guardia SET default_transaction_read_only = on;
ALTER ROLE guardia SET statement_timeout = '5s';
ALTER ROLE guardia SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE guardia SET timezone = 'America/Argentina/Buenos_Aires';   -- what `interval '7 days'` means across a clock change

GRANT CONNECT ON DATABASE barberpro TO guardia;
GRANT USAGE ON SCHEMA public TO guardia;

-- Columns, not tables: no e-mail address, name or phone number is ever asked for (Ley 25.326).
GRANT SELECT (id, province, created_at, synthetic) ON users TO guardia;
GRANT SELECT (id, user_id, provider_id, province, status, created_at, confirmed_at, synthetic) ON bookings TO guardia;
GRANT SELECT (id, booking_id, status, status_detail, amount, created_at, completed_at, synthetic) ON payments TO guardia;
GRANT SELECT (id, payment_id, cae, created_at, authorised_at) ON invoices TO guardia;
