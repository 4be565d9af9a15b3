/// What a cache says of one answer, in any of the ways in which CDNs and proxies say it.
package enum CacheStatus: Hashable, Sendable {
    case hit
    case miss

    /// Reads `X-Cache: HIT from edge`, `CF-Cache-Status: MISS`, `Cache-Status: edge; hit; ttl=30` (RFC 9211), nginx's
    /// `$upstream_cache_status`. A stale or revalidated answer came from the cache. nil where the text says neither.
    package init?(_ header: String) {
        // Several caches write one after the other; the one nearest to us is the last: `MISS, HIT`.
        let nearest = header.lowercased().split(separator: ",").last ?? ""
        let words = nearest.split { !($0.isLetter || $0 == "_" || $0 == "-") }
        for word in words {
            switch word {
            case "hit", "stale", "updating", "revalidated", "tcp_hit", "tcp_mem_hit", "refreshhit", "mem_hit":
                self = .hit
                return
            case "miss", "expired", "bypass", "dynamic", "fwd", "none", "tcp_miss", "pass", "error":
                self = .miss
                return
            default: continue
            }
        }
        return nil
    }
}
