import Launch
import Settings

/// A file that loads; tests change one thing in it.
enum Sample {
    static let yaml = """
        product: {name: BarberPro, version: api.version}
        environment: staging
        timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
        journal: {path: /var/lib/guardia/journal.sqlite}
        probes:
          - name: api
            type: http
            url: https://api.barberpro.ar/healthz
            version: {json: /version}
            thresholds:
              p95: {warn: above 150ms, critical: above 200ms}
          - name: db
            type: postgres
            host: /run/postgresql
            database: barberpro
            user: guardia
        derived:
          - series: db.busy
            ratio: [db.connections, db.blocked]
        panes:
          health:
            - {title: API, show: api.p95, judge: [api.up]}
            - {title: Database, show: db.query, judge: [db.up], facts: {busy: db.busy}}

        """

    /// The sample with a text in it replaced.
    static func replacing(_ text: String, by other: String) -> String {
        precondition(yaml.contains(text), "the sample has no \(text)")
        return yaml.replacing(text, with: other)
    }
}

/// Loads a text as a launch's file.
func load(_ yaml: String, _ variables: [String: String] = [:]) throws(ConfigErrors) -> LaunchConfigurationFile {
    try LaunchConfigurationFile.load(bytes: Array(yaml.utf8), name: "launch.yaml", variables: variables)
}

/// What is wrong with a text, as it would be printed; empty when it loads.
func errors(in yaml: String, _ variables: [String: String] = [:]) -> [String] {
    do throws(ConfigErrors) {
        _ = try load(yaml, variables)
        return []
    } catch {
        return error.errors.map(\.description)
    }
}
