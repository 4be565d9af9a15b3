import Glibc

/// Strings as the null-terminated arrays of C strings that C libraries take.
enum CStrings {
    static func with<Result>(
        _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        withMutable(strings) { pointers in
            pointers.withMemoryRebound(to: UnsafePointer<CChar>?.self, capacity: strings.count + 1) { body($0) }
        }
    }

    static func withMutable<Result>(
        _ strings: [String?], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = strings.map { $0.flatMap { strdup($0) } } + [nil]
        defer { pointers.forEach { free($0) } }
        return body(pointers)
    }
}
