import CCurl

/// Dates of HTTP headers and certificates.
package enum HTTPDate {
    /// Unix seconds of a date in any of the forms of RFC 9110, or as OpenSSL prints it; nil if it is none.
    package static func parse(_ text: String) -> Int64? {
        let seconds = curl_getdate(text, nil)
        return seconds == -1 ? nil : Int64(seconds)
    }
}
