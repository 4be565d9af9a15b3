/// One request. Requests to the same URL use the same libcurl handle, and those that are equal cost no set-up.
package struct HTTPRequest: Hashable, Sendable {
    package var method: String
    /// `http` or `https`.
    package var url: String
    /// Sent as they are, in this order.
    package var headers: [Header]
    package var body: [UInt8]?
    package var tls: TLSSettings
    /// Addresses to use in place of DNS, in libcurl's form: `host:port:address`.
    package var resolve: [String]
    /// Connects to this Unix socket whatever the URL's host is.
    package var unixSocketPath: String?
    /// The address of this machine to come from; nil: as the kernel chooses.
    package var sourceAddress: String?
    /// The proxy to go through; none is taken from the environment.
    package var proxy: String?
    /// How much of a body is kept; the rest is counted.
    package var maxBodyBytes: Int
    package var followRedirects: Bool
    /// Connects anew, and closes the connection afterwards.
    package var freshConnection: Bool
    /// How much of the deadline may be spent until there is a connection; nil: all of it.
    package var connectTimeout: Duration?

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        _ url: String, method: String = "GET", headers: [Header] = [], body: [UInt8]? = nil,
        tls: TLSSettings = TLSSettings(), resolve: [String] = [], unixSocketPath: String? = nil, proxy: String? = nil,
        maxBodyBytes: Int = 1 << 20, followRedirects: Bool = false, freshConnection: Bool = false,
        connectTimeout: Duration? = nil, sourceAddress: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.tls = tls
        self.resolve = resolve
        self.unixSocketPath = unixSocketPath
        self.proxy = proxy
        self.maxBodyBytes = maxBodyBytes
        self.followRedirects = followRedirects
        self.freshConnection = freshConnection
        self.connectTimeout = connectTimeout
        self.sourceAddress = sourceAddress
    }

    /// What is shown: the URL without user, password, query and fragment, which may hold secrets.
    package var target: String {
        var shown = url.prefix { $0 != "?" && $0 != "#" }
        if let scheme = shown.firstRange(of: "://") {
            let authority = shown[scheme.upperBound...].prefix { $0 != "/" }
            if let at = authority.lastIndex(of: "@") {
                shown.removeSubrange(scheme.upperBound...at)
            }
        }
        return String(shown)
    }
}
