import Edge
import Launch

/// The rehearsal's front door: what stands in `http { }` of its nginx around what every edge has.
struct FrontConfiguration {
    /// The port of the public address, which is the edge's own loopback here.
    var port: UInt16
    /// Where nginx may write: log and cache.
    var folder: String
    var edge: EdgeConfiguration
    /// The port of the same over TLS, and its certificate.
    var tls: (port: UInt16, pair: OwnAuthority.Pair)

    var text: String {
        """
        \(edge.http)
            log_format guardia escape=json '{"time":"$time_iso8601","client":"$guardia_key","slot":"$guardia_slot",'
                '"colour":"$guardia_colour","province":"$http_x_province","method":"$request_method","uri":"$uri",'
                '"status":$status,"bytes":$bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
                '"version":"$upstream_http_x_version","cache":"$upstream_cache_status"}';
            proxy_cache_path \(folder)/cache keys_zone=static:1m max_size=16m inactive=10m use_temp_path=off;

            server {
                listen 127.0.0.1:\(port);
                listen 127.0.0.1:\(tls.port) ssl;
                server_name _;
                ssl_certificate \(tls.pair.certificate);
                ssl_certificate_key \(tls.pair.key);
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305;
                ssl_prefer_server_ciphers on;
                access_log \(folder)/access.log guardia buffer=32k flush=1s;
        \(edge.server)
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $host;
                proxy_set_header X-Forwarded-For $remote_addr;
                proxy_connect_timeout 2s;
                proxy_read_timeout 30s;

                location / { proxy_pass http://$guardia_colour; }

                # Stands in for the CDN.
                location /static/ {
                    proxy_pass http://$guardia_colour;
                    proxy_cache static;
                    proxy_cache_valid 200 10s;
                    proxy_cache_lock on;
                    proxy_cache_use_stale error timeout updating;
                    add_header X-Cache-Status $upstream_cache_status always;
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
}
