import Glibc

/// What the terminal's locale can show.
package enum Charset: Hashable, Sendable {
    case utf8
    /// Everything is sent as ASCII: our own glyphs by their nearest look, foreign text as `?`.
    case ascii
    /// UTF-8 on a Linux console: what Debian's fonts for it have is sent, the rest by its nearest look.
    case console

    /// Takes the character set from LC_ALL, LC_CTYPE and LANG. Call it once, before the first width is asked for and
    /// before any thread starts: the locale belongs to the whole process.
    ///
    /// `wcwidth` answers by the process's locale, and in the C locale it knows ASCII only. So a terminal that is not
    /// UTF-8 still gets a UTF-8 locale in here, where widths are reckoned, and ASCII at the very end, where cells are
    /// sent: the layout is the same in both. LC_NUMERIC is left alone, since C libraries parse numbers by it.
    package static func adopt() -> Charset {
        if setlocale(LC_CTYPE, "") != nil, let codeset = nl_langinfo(Int32(CODESET)),
            String(cString: codeset) == "UTF-8"
        {
            return .utf8
        }
        if setlocale(LC_CTYPE, "C.UTF-8") == nil { setlocale(LC_CTYPE, "en_US.UTF-8") }
        return .ascii
    }
}
