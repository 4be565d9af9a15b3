-- The indexes that guardia's business figures need. Run outside a transaction; CONCURRENTLY blocks nobody.
--     psql -d barberpro -f barberpro-indexes.sql
-- Each figure looks at minutes or an hour of a table that grows for years: without these it would read all of it, every few
-- seconds. INCLUDE holds the columns that are counted, so that the table itself is rarely touched; WHERE leaves out what
-- synthetic journeys made, which no figure counts. `guardia kpi NAME --explain` shows the plan and its cost, and names the
-- tables that are read from end to end.
--
-- On 1,000,000 bookings (the rehearsal's data), PostgreSQL 15:
--     EXPLAIN of bookings_ok:  Aggregate … -> Index Only Scan using bookings_kpi on bookings … Index Cond: (created_at > …)
--     the same without bookings_kpi:  Parallel Seq Scan on bookings
-- docs/performance.md has what fifty figures cost together.

CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_kpi
    ON bookings (created_at) INCLUDE (status, confirmed_at, user_id) WHERE NOT synthetic;      -- bookings_ok, active_users

CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_answered
    ON bookings (confirmed_at) INCLUDE (created_at) WHERE NOT synthetic;                       -- provider_response

CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_kpi
    ON payments (created_at) INCLUDE (status, status_detail, amount, completed_at) WHERE NOT synthetic;
                                                                  -- payments_ok, payment_p95, revenue, sales

CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_booking_id
    ON payments (booking_id) INCLUDE (status_detail);             -- bookings_ok: whose bank refused is no failure of ours

CREATE INDEX CONCURRENTLY IF NOT EXISTS users_kpi
    ON users (created_at) INCLUDE (province) WHERE NOT synthetic;                              -- new_users

CREATE INDEX CONCURRENTLY IF NOT EXISTS users_province
    ON users (province) WHERE NOT synthetic;                                                   -- users by province

CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_waiting
    ON invoices (created_at) WHERE cae IS NULL;                                                -- invoices_waiting: a short index

-- Index-only scans need the visibility map, which autovacuum keeps: make it come more often for tables that only grow.
ALTER TABLE bookings SET (autovacuum_vacuum_insert_scale_factor = 0.01);
ALTER TABLE payments SET (autovacuum_vacuum_insert_scale_factor = 0.01);
