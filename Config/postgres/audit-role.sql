-- What pgaudit logs each read of (audit.conf: pgaudit.role). As a superuser, in the launch's database, as often as one likes:
--     psql -d barberpro -f audit-role.sql
-- Nobody logs in as it, and nobody is made a member: what it may read is what is audited. A column that is granted alone
-- (GRANT SELECT (amount) ON payments) is audited alone.

SELECT 'CREATE ROLE guardia_audited NOLOGIN'
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'guardia_audited') \gexec

CREATE EXTENSION IF NOT EXISTS pgaudit;      -- names the objects of DDL in the log
GRANT SELECT ON payments TO guardia_audited;
