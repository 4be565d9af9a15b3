import Launch

/// Every text of the page, in its languages. What alerts say is the config's own.
enum MobileWord: CaseIterable {
    case critical, warning, info, since, ago, step, nextIn, nextNow, nextWaits, nobodyNext, acknowledge, forMinutes,
        forHours
    case escalate, escalateTitle, escalateWhom, escalateType, escalateGo, back, by
    case takenUntil, taken, exhausted, quiet, over, unknownChain, lookOnly, alsoFires, nothingElse, more, onCall,
        nobody, until
    case stale, dataAge, asOf, yourLink, isOver, takenBy, runbook, channel
    case expired, expiredHint, notFound, cookies, cookiesHint, moved, mistyped, limited, notTaken, tryAgain, open
}

struct MobileWords: Sendable {
    let language: PeopleLanguage

    /// The first language of the telephone's that there is here; English where there is none.
    ///
    /// - Parameter header: `Accept-Language` (RFC 9110, 12.5.4).
    init(acceptLanguage header: String?, fixed: PeopleLanguage?) {
        let wanted = (header ?? "").prefix(500).split(separator: ",").enumerated().compactMap {
            place, item -> (PeopleLanguage, Double, Int)? in
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let tag = parts.first, let language = PeopleLanguage(rawValue: String(tag.prefix { $0 != "-" }))
            else {
                return nil
            }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return weight > 0 ? (language, weight, place) : nil
        }
        language = fixed ?? wanted.max { ($0.1, $1.2) < ($1.1, $0.2) }?.0 ?? .english
    }

    init(_ language: PeopleLanguage) { self.language = language }

    func callAsFunction(_ word: MobileWord, _ values: String...) -> String {
        var rest = Substring(language == .spanish ? MobileWords.spanish(word) : MobileWords.english(word))
        var filled = ""
        for value in values {
            guard let gap = rest.firstRange(of: "{}") else { break }
            filled += rest[..<gap.lowerBound] + value
            rest = rest[gap.upperBound...]
        }
        return filled + rest
    }

    func severity(_ severity: Severity) -> String {
        switch severity {
        case .critical: self(.critical)
        case .warning: self(.warning)
        case .info: self(.info)
        }
    }

    static func english(_ word: MobileWord) -> String {
        switch word {
        case .critical: "CRITICAL"
        case .warning: "WARNING"
        case .info: "INFO"
        case .since: "since {}"
        case .ago: "{} ago"
        case .step: "Step {} of {}"
        case .nextIn: "If nobody answers, in {}:"
        case .nextNow: "If nobody answers, now:"
        case .nextWaits: "It is well again and not yet over. If it does not stay well:"
        case .nobodyNext: "Nobody comes after this step."
        case .acknowledge: "I have it: 1 hour"
        case .forMinutes: "{} minutes"
        case .forHours: "{} hours"
        case .escalate: "Wake the next ones…"
        case .escalateTitle: "Wake the next ones?"
        case .escalateWhom: "Step {} of {} is told now:"
        case .escalateType: "To do it, type {}"
        case .escalateGo: "Wake them now"
        case .back: "Back: wake nobody"
        case .by: "by {}"
        case .takenUntil: "{} has it until {}"
        case .taken: "{} has it"
        case .exhausted: "NOBODY HAS ANSWERED. Everybody was told."
        case .quiet: "Kept quiet: nobody is told."
        case .over: "It is over"
        case .unknownChain: "What this link was for is no longer known here."
        case .lookOnly: "This link only shows: it takes nothing and wakes nobody."
        case .alsoFires: "Also firing"
        case .nothingElse: "Nothing else fires."
        case .more: "and {} more"
        case .onCall: "On call"
        case .nobody: "NOBODY"
        case .until: "until {}"
        case .stale: "OLD DATA: {}"
        case .dataAge: "the engine's data is {} old"
        case .asOf: "As of {}"
        case .yourLink: "The link of {}, until {}. Do not pass it on: whoever has it answers in this name."
        case .isOver: "over"
        case .takenBy: "{} has it"
        case .runbook: "What to do"
        case .channel: "channel {}"
        case .expired: "This link has expired."
        case .expiredHint: "A newer page has a newer link. Or: guardia ack, on the bastion."
        case .notFound: "There is nothing here."
        case .cookies: "Your browser did not send back what this page gave it."
        case .cookiesHint: "Open the link in a browser that keeps cookies, or reply to the page with its code."
        case .moved: "It has changed meanwhile: nothing was done. Look again."
        case .mistyped: "That was not the name: nobody was woken."
        case .limited: "Too many requests. Wait a moment."
        case .notTaken: "It was not taken: {}"
        case .tryAgain: "Back"
        case .open: "Nobody has answered yet"
        }
    }

    static func spanish(_ word: MobileWord) -> String {
        switch word {
        case .critical: "CRÍTICA"
        case .warning: "ADVERTENCIA"
        case .info: "AVISO"
        case .since: "desde las {}"
        case .ago: "hace {}"
        case .step: "Paso {} de {}"
        case .nextIn: "Si nadie responde, en {}:"
        case .nextNow: "Si nadie responde, ahora:"
        case .nextWaits: "Está bien otra vez, y todavía no terminó. Si no sigue bien:"
        case .nobodyNext: "Después de este paso no hay nadie."
        case .acknowledge: "Me ocupo: 1 hora"
        case .forMinutes: "{} minutos"
        case .forHours: "{} horas"
        case .escalate: "Despertar a los siguientes…"
        case .escalateTitle: "¿Despertar a los siguientes?"
        case .escalateWhom: "Se avisa ahora al paso {} de {}:"
        case .escalateType: "Para hacerlo, escribí {}"
        case .escalateGo: "Despertarlos ahora"
        case .back: "Volver: no despertar a nadie"
        case .by: "por {}"
        case .takenUntil: "{} se ocupa hasta las {}"
        case .taken: "{} se ocupa"
        case .exhausted: "NADIE HA RESPONDIDO. Se avisó a todos."
        case .quiet: "En silencio: no se avisa a nadie."
        case .over: "Ya terminó"
        case .unknownChain: "Aquello para lo que era este enlace ya no se conoce aquí."
        case .lookOnly: "Este enlace solo muestra: no toma nada ni despierta a nadie."
        case .alsoFires: "También suena"
        case .nothingElse: "No suena nada más."
        case .more: "y {} más"
        case .onCall: "De guardia"
        case .nobody: "NADIE"
        case .until: "hasta {}"
        case .stale: "DATOS VIEJOS: {}"
        case .dataAge: "los datos del motor tienen {}"
        case .asOf: "A las {}"
        case .yourLink: "Enlace de {}, hasta las {}. No lo compartas: quien lo tiene responde en este nombre."
        case .isOver: "terminó"
        case .takenBy: "{} se ocupa"
        case .runbook: "Qué hacer"
        case .channel: "canal {}"
        case .expired: "Este enlace venció."
        case .expiredHint: "Un aviso más nuevo trae un enlace más nuevo. O bien: guardia ack, en el bastión."
        case .notFound: "Aquí no hay nada."
        case .cookies: "Tu navegador no devolvió lo que esta página le dio."
        case .cookiesHint: "Abrí el enlace en un navegador que guarde cookies, o respondé al aviso con su código."
        case .moved: "Cambió mientras tanto: no se hizo nada. Mirá de nuevo."
        case .mistyped: "Ese no era el nombre: no se despertó a nadie."
        case .limited: "Demasiados pedidos. Esperá un momento."
        case .notTaken: "No se tomó: {}"
        case .tryAgain: "Volver"
        case .open: "Nadie respondió todavía"
        }
    }
}
