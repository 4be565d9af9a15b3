import Glibc

/// Addresses of the network, as inet_pton(3) reads them.
enum Network {
    /// How many bits an address has; nil where it is none.
    static func bits(of address: String) -> Int? {
        var bytes = in6_addr()
        if inet_pton(AF_INET, address, &bytes) == 1 { return 32 }
        if inet_pton(AF_INET6, address, &bytes) == 1 { return 128 }
        return nil
    }
}
