/// The settings of a rehearsal, `Config/rehearsal.yaml`, as they were when this binary was built: a rehearsal needs no
/// file beside it.
package enum RehearsalSettings {
    package static let name = "Config/rehearsal.yaml"
    package static var yaml: [UInt8] { PackageResources.rehearsal_yaml }

    /// The runbook of its alerts, which lies beside the config of a rehearsal.
    package static var runbook: [UInt8] { PackageResources.runbook_md }

    /// Reads them with the addresses of one rehearsal.
    package static func load(variables: [String: String]) throws(ConfigErrors) -> LaunchConfigurationFile {
        try LaunchConfigurationFile.load(bytes: yaml, name: name, variables: variables)
    }

    /// Whether a file is `Config/rehearsal.yaml`, as it is or changed: only a rehearsal has these variables.
    package static func isTemplate(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains("${REHEARSAL_FOLDER}")
    }

    package static let exampleFolder = "/rehearsal/"

    /// Values for every variable, with which the settings can be read where nothing of a rehearsal runs. Nothing is at these places.
    package static let example = [
        "POSTGRES_SOCKET_DIR": "/rehearsal/pg", "POSTGRES_PORT": "5432", "POSTGRES_DATABASE": "barberpro",
        "POSTGRES_USER": "guardia",
        "REDIS_SOCKET": "/rehearsal/redis.sock", "DOOR_URL": "http://127.0.0.1:8080",
        "BLUE_URL": "http://127.0.0.1:8081", "GREEN_URL": "http://127.0.0.1:8082",
        "GATEWAY_URL": "http://127.0.0.1:8083", "TRAFFIC_URL": "http://127.0.0.1:8084",
        "NGINX_PROGRAM": "/rehearsal/nginx", "NGINX_CONFIG": "/rehearsal/nginx.conf", "REHEARSAL_FOLDER": "/rehearsal",
        "LAUNCH_AT": "2026-03-09T12:00:00Z",
        "BACKUP_RECIPIENT": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "BLUE_HOST": "127.0.0.1:8081", "GREEN_HOST": "127.0.0.1:8082", "EDGE_HELPER": "/rehearsal/guardia-door",
        "BARBERPRO": "/rehearsal/barberpro", "DOOR_FOLDER": "/rehearsal/door", "JOURNAL": "/rehearsal/journal.sqlite",
        "PROVIDERS_URL": "http://127.0.0.1:8085", "MOBILE_PORT": "8086",
        "NGINX_FOLDER": "/rehearsal/nginx", "TLS_PORT": "8443", "TLS_AUTHORITY": "/dev/null",
        "TLS_CERTIFICATE": "/rehearsal/edge.pem",
        "DOOR_PORT": "8080", "EDGE_WAF": "block", "WAF_STATION": "defence",
        "WAF_WORD": "the WAF's exceptions were reviewed",
        "EDGE_COUNTRIES": "refuse",
    ]
}
