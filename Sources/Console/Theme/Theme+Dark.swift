extension Theme {
    /// What is used when no theme file is: made for a dark background, and told apart by colour-blind eyes too
    /// (the statuses 42, 226, 196 and 242 lie at least 41 apart in CIELAB for every kind of dichromacy).
    package static let dark: Theme = {
        var theme = Theme(name: "dark")
        func paint(_ roles: Role..., as paint: Paint) { for role in roles { theme[role] = paint } }
        let (ok, warning, critical, none) = (
            Colour.indexed(42), Colour.indexed(226), Colour.indexed(196), Colour.indexed(242)
        )
        let (black, white, accent) = (Colour.indexed(16), Colour.indexed(231), Colour.indexed(75))
        let (panel, line, soft) = (Colour.indexed(236), Colour.indexed(240), Colour.indexed(245))

        paint(.dim, .placeholder, .hint, .label, as: Paint(soft))
        paint(.strong, .title, .header, as: Paint(.terminal, on: .terminal, .bold))
        paint(.value, .footer, as: Paint())
        paint(.link, .accent, .key, as: Paint(accent))
        paint(.match, as: Paint(black, on: .indexed(222)))

        paint(.ok, .kioskOk, as: Paint(ok))
        paint(.warning, .kioskWarning, as: Paint(warning))
        paint(.critical, .kioskCritical, as: Paint(critical, on: .terminal, .bold))
        paint(.unknown, .kioskUnknown, as: Paint(.indexed(177)))
        paint(.info, as: Paint(accent))
        paint(.stale, .missed, as: Paint(none))

        paint(.headerClock, .kioskClock, as: Paint(white, on: .terminal, .bold))
        paint(.keyDisabled, .buttonDisabled, as: Paint(line))
        paint(.border, .scrollbar, .chartAxis, .gaugeTrack, as: Paint(line))
        paint(.borderFocused, as: Paint(accent))
        paint(.titleFocused, as: Paint(accent, on: .terminal, .bold))
        paint(.selection, as: Paint(white, on: .indexed(24)))
        paint(.tableHeader, as: Paint(soft, on: .terminal, .underline))

        paint(.modeOperator, as: Paint(black, on: ok, .bold))
        paint(.modeReadOnly, as: Paint(black, on: soft, .bold))
        paint(.modeRehearsal, as: Paint(black, on: .indexed(177), .bold))
        paint(.modePaused, .notice, as: Paint(black, on: warning, .bold))
        paint(.alarm, as: Paint(white, on: .indexed(160), .bold))

        paint(.dialog, as: Paint(.indexed(252), on: panel))
        paint(.dialogBorder, as: Paint(accent, on: panel))
        paint(.dialogTitle, as: Paint(white, on: panel, .bold))
        paint(.dialogDanger, as: Paint(.indexed(203), on: panel, .bold))
        paint(.button, as: Paint(.indexed(252), on: line))
        paint(.buttonFocused, as: Paint(black, on: accent, .bold))
        paint(.field, as: Paint(white, on: .indexed(238)))
        paint(.fieldFocused, as: Paint(white, on: .indexed(24)))

        paint(.blue, as: Paint(.indexed(75), on: .terminal, .bold))
        paint(.green, as: Paint(.indexed(78), on: .terminal, .bold))
        paint(.idle, as: Paint(soft))

        paint(.sparkline, .chart1, .gauge, as: Paint(accent))
        paint(.chart2, as: Paint(.indexed(179)))
        paint(.chart3, as: Paint(.indexed(141)))
        paint(.chart4, as: Paint(.indexed(79)))
        paint(.chartThreshold, as: Paint(.indexed(203)))

        paint(.mapFast, as: Paint(.indexed(36)))
        paint(.mapOk, as: Paint(ok))
        paint(.mapWarning, as: Paint(warning))
        paint(.mapBreach, as: Paint(critical))
        paint(.mapNoData, .mapOutline, as: Paint(none))
        paint(.mapCity, as: Paint(white, on: .terminal, .bold))
        paint(.tileOk, as: Paint(white, on: .indexed(29)))
        paint(.tileOkAlternate, as: Paint(white, on: .indexed(36)))
        paint(.tileWarning, as: Paint(black, on: .indexed(178)))
        paint(.tileWarningAlternate, as: Paint(black, on: .indexed(220)))
        paint(.tileBreach, as: Paint(white, on: .indexed(160)))
        paint(.tileBreachAlternate, as: Paint(white, on: .indexed(124)))
        paint(.tileNoData, as: Paint(white, on: .indexed(238)))
        paint(.tileNoDataAlternate, as: Paint(white, on: .indexed(240)))
        return theme
    }()
}
