/// What a cell means. Code names roles and a theme gives them colours, so no pane ever names a colour.
package enum Role: UInt8, CaseIterable, Sendable {
    // Text
    case text, dim, strong, title, label, value, link, match

    // Verdicts. `stale` is a value past twice its interval, `missed` a poll without an answer.
    case ok, warning, critical, unknown, info, stale, missed

    // Structure
    case header, headerClock, footer, key, keyDisabled
    case border, borderFocused, titleFocused, accent, selection, scrollbar
    case tableHeader

    // Modes and notices
    case modeOperator, modeReadOnly, modeRehearsal, modePaused, notice, alarm

    // Dialogs and fields
    case dialog, dialogBorder, dialogTitle, dialogDanger
    case button, buttonFocused, buttonDisabled
    case field, fieldFocused, placeholder, hint

    // The two colours of a deployment, and what takes no traffic
    case blue, green, idle

    // Charts
    case sparkline, chart1, chart2, chart3, chart4, chartAxis, chartThreshold, gauge, gaugeTrack

    // The map: dots, outline and markers; tiles in two shades, chequered so that neighbours part without a gap
    case mapFast, mapOk, mapWarning, mapBreach, mapNoData, mapOutline, mapCity
    case tileOk, tileOkAlternate, tileWarning, tileWarningAlternate
    case tileBreach, tileBreachAlternate, tileNoData, tileNoDataAlternate

    // The wall screen
    case kioskClock, kioskOk, kioskWarning, kioskCritical, kioskUnknown

    /// The name a theme file uses: `borderFocused` is `border_focused`.
    package var name: String { Self.names[Int(rawValue)] }

    /// The role of a theme file's name; nil for a name that is none.
    package init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self = Self.allCases[index]
    }

    /// Every role's name, in the order of the cases.
    package static let names: [String] = allCases.map { role in
        var name: [UInt8] = []
        for letter in "\(role)".utf8 {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter)
            if isUpper { name.append(UInt8(ascii: "_")) }
            name.append(isUpper ? letter | 0x20 : letter)
        }
        return String(decoding: name, as: UTF8.self)
    }
}
