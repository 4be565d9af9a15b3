/// The report's own words, in its languages.
struct DigestWords: Sendable {
    let language: PeopleLanguage
    private var isSpanish: Bool { language == .spanish }
    private func say(_ english: String, _ spanish: String) -> String { isSpanish ? spanish : english }

    var allWell: String { say("all well", "todo bien") }
    var notAllKnown: String { say("not all is known", "no todo se sabe") }
    var silentShort: String { say("guardia does not watch", "guardia no vigila") }
    var figures: String { say("Business figures", "Cifras del negocio") }
    var noFigures: String { say("The launch has no business figures.", "El lanzamiento no tiene cifras del negocio.") }
    var incidentsTitle: String { say("Incidents", "Incidentes") }
    var noIncidents: String { say("None.", "Ninguno.") }
    var availability: String { say("Availability and error budget", "Disponibilidad y presupuesto de errores") }
    var noAvailability: String {
        say("Not measured: the config derives none.", "No se mide: la configuración no la deriva.")
    }
    var changes: String { say("Deploys and rollbacks", "Despliegues y reversiones") }
    var noChanges: String { say("None.", "Ninguno.") }
    var unknown: String { say("not known", "no se sabe") }
    var lastKnown: String { say("the last that is known", "lo último que se sabe") }
    var target: String { say("target", "objetivo") }
    var met: String { say("met", "cumplido") }
    var notMet: String { say("MISSED", "NO CUMPLIDO") }
    var lastWeek: String { say("last week", "hace una semana") }
    var goesOn: String { say("goes on", "sigue") }

    func open(_ count: Int) -> String {
        count == 1
            ? say("1 incident goes on", "1 incidente sigue")
            : say("\(count) incidents go on", "\(count) incidentes siguen")
    }
    func missed(_ count: Int) -> String {
        count == 1
            ? say("1 target missed", "1 objetivo no cumplido")
            : say("\(count) targets missed", "\(count) objetivos no cumplidos")
    }
    func incidents(_ count: Int) -> String {
        count == 1 ? say("1 incident", "1 incidente") : say("\(count) incidents", "\(count) incidentes")
    }
    func more(_ count: Int) -> String { say("and \(count) more", "y \(count) más") }
    func span(_ from: String, _ to: String, _ zone: String) -> String {
        say("From \(from) to \(to) \(zone)", "Del \(from) al \(to) \(zone)")
    }
    func old(_ age: String) -> String { say("LAST KNOWN, \(age) old", "ÚLTIMO CONOCIDO, de hace \(age)") }
    func lasted(_ span: String) -> String { say("lasted \(span)", "duró \(span)") }
    func times(_ count: Int) -> String { say("\(count) times", "\(count) veces") }
    func taken(_ by: String, _ after: String?) -> String {
        say("taken by \(by)", "se ocupó \(by)") + (after.map { say(" after \($0)", " a los \($0)") } ?? "")
    }
    func silent(_ span: String) -> String {
        say(
            "guardia's engine has been silent for \(span): what follows is the last that is known.",
            "El motor de guardia calla desde hace \(span): lo que sigue es lo último que se sabe.")
    }
    func late(_ span: String) -> String {
        say(
            "This report goes \(span) late: guardia was not running.",
            "Este informe sale \(span) tarde: guardia no estaba en marcha.")
    }
    func neverWent(_ count: Int) -> String {
        say(
            "\(count) earlier reports never went: guardia was not running.",
            "\(count) informes anteriores no salieron: guardia no estaba en marcha.")
    }
    func unwatched(_ span: String) -> String {
        say("For \(span) of this time nothing was watched.", "Durante \(span) de este tiempo no se vigiló nada.")
    }
    func severity(_ severity: Severity) -> String {
        switch severity {
        case .critical: say("critical", "crítico")
        case .warning: say("warning", "advertencia")
        case .info: say("info", "aviso")
        }
    }
    func outcome(_ outcome: ActionOutcome) -> String {
        switch outcome {
        case .done: say("done", "hecho")
        case .wentBack: say("went back", "volvió atrás")
        case .refused: say("refused", "rechazado")
        case .preempted: say("taken over", "reemplazado")
        case .undecided: say("undecided", "sin decidir")
        case .died: say("died on its way", "murió en el camino")
        }
    }
}
