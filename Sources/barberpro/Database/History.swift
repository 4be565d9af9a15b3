/// What happened before the rehearsal began: bookings and payments of the past days, with the same daily and weekly
/// shape and the same shares as the traffic to come. SQL, because the database makes a million rows faster than it
/// reads them.
struct History: Sendable {
    var bookings: Int
    var days: Int
    /// The same seed gives the same history, up to the time it ends at.
    var seed: Double = 0.5

    /// Providers have ids by province: `providersPerProvince × its place in Province.all + 0...19`.
    static let providersPerProvince = 20

    static let services: [(name: String, minutes: Int, price: Int)] = [
        ("Corte clásico", 30, 14_000), ("Corte y barba", 45, 19_500), ("Afeitado con navaja", 30, 12_000),
        ("Degradé", 40, 16_000), ("Corte infantil", 25, 11_000), ("Color", 90, 38_000),
    ]

    /// What makes it, in order.
    var statements: [String] {
        let users = max(1, bookings / 4)
        return Schema.tables + [
            "SELECT setseed(\(seed))",
            "INSERT INTO provinces VALUES "
                + Province.all.map { "('\($0.iso)', '\($0.name)', \($0.population))" }.joined(separator: ", "),
            "INSERT INTO services VALUES "
                + History.services.enumerated().map { "(\($0 + 1), '\($1.name)', \($1.minutes), \($1.price))" }
                .joined(separator: ", "),
            """
            INSERT INTO providers
            SELECT place * \(History.providersPerProvince) + n, 'Barbería ' || iso || '-' || n + 1, iso,
                   round((3.5 + 1.5 * random())::numeric, 1)
            FROM (VALUES \(places)) AS p (place, iso), generate_series(0, \(History.providersPerProvince - 1)) AS n
            """,
            """
            INSERT INTO users (email, province, created_at)
            SELECT 'u' || n || '@example.com.ar', (\(isoArray))[width_bucket(random(), \(cumulativeShares))],
                   now() - interval '\(days) days' * (1 + random())
            FROM generate_series(1, \(users)) AS n
            """,
            """
            INSERT INTO bookings
                (user_id, provider_id, service_id, province, status, starts_at, created_at, confirmed_at)
            WITH hours AS (
                SELECT hour,
                       (\(array(TrafficShape.hours)))[extract(hour FROM local)::int + 1]
                       * (\(array(TrafficShape.weekdays)))[extract(isodow FROM local)::int] AS weight
                FROM generate_series(date_trunc('hour', now()) - interval '\(days) days', date_trunc('hour', now()),
                                     interval '1 hour') AS hour,
                     LATERAL (SELECT hour AT TIME ZONE 'America/Argentina/Buenos_Aires' AS local) AS l
            ), counts AS (
                SELECT hour, round(\(bookings) * done / total) - round(\(bookings) * (done - weight) / total) AS count
                FROM (SELECT hour, weight, sum(weight) OVER (ORDER BY hour) AS done, sum(weight) OVER () AS total
                      FROM hours) AS h
            ), drawn AS MATERIALIZED (
                SELECT hour + interval '1 hour' * random() AS at, 1 + floor(random() * \(users))::bigint AS user_id,
                       floor(random() * \(History.providersPerProvince))::int AS provider,
                       1 + floor(random() * \(History.services.count))::int AS service, random() AS fate,
                       interval '1 second' * (20 + 600 * random()) AS wait, ceil(random() * 6) AS days_ahead
                FROM counts, generate_series(1, counts.count::int)
            )
            SELECT user_id, place * \(History.providersPerProvince) + provider, service, users.province,
                   CASE WHEN fate < 0.08 THEN 'pending' WHEN is_cancelled THEN 'cancelled'
                        WHEN at < now() - interval '1 day' * days_ahead THEN 'completed' ELSE 'confirmed' END,
                   date_trunc('hour', at) + interval '1 day' * days_ahead, at, CASE WHEN fate >= 0.08 AND NOT is_cancelled THEN at + wait END
            FROM drawn JOIN users ON users.id = user_id
            -- Who cancels does not do so at once.
            CROSS JOIN LATERAL (SELECT fate BETWEEN 0.08 AND 0.11 AND at < now() - interval '1 hour' AS is_cancelled) AS c
            JOIN (VALUES \(places)) AS p (place, iso) ON p.iso = users.province
            WHERE at < now() ORDER BY at
            """,
            """
            INSERT INTO payments
                (booking_id, provider, external_id, status, status_detail, amount, created_at, completed_at)
            SELECT b.id, 'mercadopago', (80000000000 + b.id)::text, s.status, s.detail, services.price,
                   b.created_at + interval '15 seconds',
                   CASE WHEN s.status <> 'pending' THEN b.created_at + interval '1 second' * (15.1 + 0.3 * random()) END
            FROM bookings AS b JOIN services ON services.id = b.service_id,
                 LATERAL (SELECT CASE WHEN b.status <> 'pending' THEN 'approved' WHEN b.id % 8 = 0 THEN 'pending'
                                      ELSE 'rejected' END AS status,
                                 CASE WHEN b.status <> 'pending' THEN 'accredited'
                                      WHEN b.id % 8 = 0 THEN 'pending_contingency'
                                      ELSE 'cc_rejected_insufficient_amount' END AS detail) AS s
            ORDER BY b.id
            """,
        ] + Schema.indexes
    }

    private var places: String {
        Province.all.enumerated().map { "(\($0), '\($1.iso)')" }.joined(separator: ", ")
    }

    private var isoArray: String {
        "ARRAY[" + Province.all.map { "'\($0.iso)'" }.joined(separator: ", ") + "]"
    }

    /// Where each province's share of the population begins, from 0 to 1.
    private var cumulativeShares: String {
        var sum = 0
        let starts = Province.all.map { province in
            defer { sum += province.population }
            return Double(sum) / Double(Province.totalPopulation)
        }
        return array(starts)
    }

    private func array(_ values: [Double]) -> String {
        "ARRAY[" + values.map { "\($0)" }.joined(separator: ", ") + "]::float8[]"
    }
}
