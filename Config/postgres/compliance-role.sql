-- The role that guardia gathers the evidence of compliance with. As a superuser, in the launch's database, as often as one likes:
--     guardia setup --database "host=/var/run/postgresql dbname=barberpro" --sql compliance-role.sql
-- which takes the password from `security.compliance.postgres.password` of the launch config, or by hand
--     { printf '%s\n' "\set compliance_password '$(cat compliance-db-password)'"; cat compliance-role.sql; } | psql -d barberpro
-- (on psql's command line every user of the machine could read it)
-- It is not the role of the probes: those read a few columns every few seconds, this one reads whole rows once a day, in search
-- of card numbers. What it finds is counted in guardia and never kept. Its password is the service user's alone.

SELECT format('CREATE ROLE guardia_compliance LOGIN PASSWORD %L', :'compliance_password')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'guardia_compliance') \gexec

ALTER ROLE guardia_compliance CONNECTION LIMIT 2;
ALTER ROLE guardia_compliance SET default_transaction_read_only = on;
ALTER ROLE guardia_compliance SET statement_timeout = '60s';
GRANT pg_read_all_stats TO guardia_compliance;       -- whose session is encrypted: pg_stat_ssl shows others' only with it
GRANT pg_read_all_settings TO guardia_compliance;    -- shared_preload_libraries

-- Whether a line of pg_hba.conf lets in without TLS: the view and the function that is behind it.
GRANT SELECT ON pg_catalog.pg_hba_file_rules TO guardia_compliance;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO guardia_compliance;

-- How many passwords are kept otherwise than as SCRAM-SHA-256. pg_authid itself stays closed: it holds the verifiers. guardia
-- believes this function only while a superuser owns it.
CREATE SCHEMA IF NOT EXISTS guardia_compliance;
CREATE OR REPLACE FUNCTION guardia_compliance.passwords(OUT weak bigint, OUT total bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT count(*) FILTER (WHERE rolpassword NOT LIKE 'SCRAM-SHA-256$%'), count(rolpassword)
        FROM pg_authid WHERE rolcanlogin
    $$;
REVOKE ALL ON SCHEMA guardia_compliance FROM PUBLIC;
REVOKE ALL ON FUNCTION guardia_compliance.passwords() FROM PUBLIC;
GRANT USAGE ON SCHEMA guardia_compliance TO guardia_compliance;
GRANT EXECUTE ON FUNCTION guardia_compliance.passwords() TO guardia_compliance;

-- What is searched for card numbers: every table, since a number may be typed into any field. Reading, and nothing else.
SELECT format('GRANT CONNECT ON DATABASE %I TO guardia_compliance', current_database()) \gexec
GRANT USAGE ON SCHEMA public TO guardia_compliance;
GRANT SELECT ON users, providers, services, bookings, payments, invoices, provinces TO guardia_compliance;
