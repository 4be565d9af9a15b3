/// nginx's side of the door: what stands in `http { }`.
struct DoorConfiguration {
    /// The port of the public address.
    var port: UInt16
    /// The door's folder.
    var door: String
    /// Where nginx may write: log and cache.
    var folder: String
    /// Each colour's hosts, in order.
    var colours: [(name: String, hosts: [String])]

    var text: String {
        """
            # A sticky key: who keeps their cookie keeps their colour while the split stands.
            map $cookie_client $guardia_key { "" $remote_addr; default $cookie_client; }
            split_clients $guardia_key $slot {
        \(slots)
            }
            # No colour of its own for this slot: the link is gone, dangling, or not to be read.
            map $colour $door { any "DOOR BROKEN"; default open; }
            geo $local { default 0; 127.0.0.0/8 1; ::1 1; }

        \(upstreams)

            log_format guardia escape=json '{"time":"$time_iso8601","client":"$guardia_key","slot":"$slot",'
                '"colour":"$colour","province":"$http_x_province","method":"$request_method","uri":"$uri",'
                '"status":$status,"bytes":$bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
                '"version":"$upstream_http_x_version","cache":"$upstream_cache_status"}';
            access_log \(folder)/access.log guardia buffer=32k flush=1s;
            proxy_cache_path \(folder)/cache keys_zone=static:1m max_size=16m inactive=10m use_temp_path=off;

            server {
                listen 127.0.0.1:\(port);
                server_name _;
                open_file_cache off;  # a cached stat() would answer for a split that is gone

                set $colour any;
        \(choice)

                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $host;
                proxy_set_header X-Forwarded-For $remote_addr;
                proxy_connect_timeout 2s;
                proxy_read_timeout 30s;

                location / { proxy_pass http://$colour; }

                # Stands in for the CDN.
                location /static/ {
                    proxy_pass http://$colour;
                    proxy_cache static;
                    proxy_cache_valid 200 10s;
                    proxy_cache_lock on;
                    proxy_cache_use_stale error timeout updating;
                    add_header X-Cache-Status $upstream_cache_status always;
                }

                # Who answers, for a proof through the door itself. `return` comes before allow and deny: so it tests.
                location = /__guardia {
                    if ($local = 0) { return 404; }
                    root \(door)/current;
                    default_type text/plain;
                    return 200 "door=$door split=$realpath_root slot=$slot colour=$colour\\n";
                }
                location = /__status {
                    stub_status;
                    allow 127.0.0.0/8;
                    allow ::1;
                    deny all;
                }
            }
        """
    }

    private var slots: String {
        let last = Split.slotCount - 1
        let lines = stride(from: 0, to: Split.slotCount, by: 10).map { row in
            "        " + (row..<row + 10).map { $0 == last ? "* \($0);" : "1% \($0);" }.joined(separator: " ")
        }
        return lines.joined(separator: "\n")
    }

    /// An upstream a colour, and `any` with the hosts of all: it alone goes on to the next host, since a colour that
    /// crossed over by itself would hide its own failure.
    private var upstreams: String {
        let all = (name: "any", hosts: colours.flatMap(\.hosts))
        return (colours + [all]).map { colour in
            let servers = colour.hosts.map { "server \($0) max_fails=0;" }.joined(separator: " ")
            return "    upstream \(colour.name) { \(servers) keepalive 32; }"
        }.joined(separator: "\n")
    }

    /// `if` holds nothing but `set`: anything else in it makes nginx choose another configuration.
    private var choice: String {
        colours
            .map { "        if (-f \(door)/current/\($0.name)/$slot) { set $colour \($0.name); }" }
            .joined(separator: "\n")
    }
}
