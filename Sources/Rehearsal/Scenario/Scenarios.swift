import Launch

extension Scenario {
    /// The scenarios of `guardia rehearse --scenario`.
    package static let all: [Scenario] = [
        calm, paymentOutage, badDeploy, patagoniaSlow, redisFull, databaseHang, trafficSpike,
    ]

    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    package static let calm = Scenario("calm", "Nothing goes wrong.", period: .seconds(60), [])

    package static let paymentOutage = Scenario(
        "payment-outage",
        "MercadoPago slows down, rejects cards, then fails: payments and paid bookings fall while the rest stays well.",
        period: .seconds(240),
        [
            (.seconds(15), .fault(.gateway, ["delay_ms": "1500"])),
            (.seconds(45), .fault(.gateway, ["delay_ms": "2500", "reject_rate": "0.6"])),
            (.seconds(90), .fault(.gateway, ["error_rate": "0.9"])),
            (.seconds(150), .fault(.gateway, ["reject_rate": "0.2"])),
            (.seconds(180), .mend(.gateway)),
        ])

    /// Nobody rolls back here: that is the operator's part. The next period begins with the old release again.
    package static let badDeploy = Scenario(
        "bad-deploy",
        "v1.5.0 is released on the idle colour, passes as a canary, is promoted, and then fails one request in five.",
        period: .seconds(300),
        [
            (.zero, .shift(Split(all: "blue"))),
            (.seconds(5), .mend(.green)),
            (.seconds(15), .release(colour: "green", version: "v1.5.0")),
            (.seconds(25), .shift(Split(live: "blue", canary: "green", share: 10))),
            (.seconds(40), .shift(Split(all: "green"))),
            (.seconds(50), .fault(.green, ["error_rate": "0.2", "delay_ms": "900"])),
            (.seconds(270), .shift(Split(all: "blue"))),
            (.seconds(275), .release(colour: "green", version: "v1.3.9")),
        ])

    package static let patagoniaSlow = Scenario(
        "patagonia-slow",
        "The long-distance fibre south of the Río Colorado is cut: five provinces wait three times as long.",
        period: .seconds(240),
        [
            (.seconds(15), .fault(.traffic, ["rtt_factor": "3", "provinces": "AR-Q,AR-R,AR-U,AR-Z,AR-V"])),
            (.seconds(180), .mend(.traffic)),
        ])

    package static let redisFull = Scenario(
        "redis-full", "Redis reaches maxmemory under noeviction: nobody new can sign in.", period: .seconds(180),
        [(.seconds(15), .fillRedis), (.seconds(120), .emptyRedis)])

    package static let databaseHang = Scenario(
        "database-hang", "PostgreSQL keeps its connections and answers nothing for 40 seconds.", period: .seconds(120),
        [(.seconds(15), .hangDatabase), (.seconds(55), .wakeDatabase)])

    package static let trafficSpike = Scenario(
        "traffic-spike", "A television advertisement: ten times the traffic for a minute.", period: .seconds(180),
        [
            (.seconds(15), .fault(.traffic, ["rate_factor": "4"])),
            (.seconds(30), .fault(.traffic, ["rate_factor": "10"])),
            (.seconds(90), .fault(.traffic, ["rate_factor": "3"])),
            (.seconds(120), .mend(.traffic)),
        ])
}
