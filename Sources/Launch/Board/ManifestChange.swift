/// A change of the config between two starts of the engine, in words.
package struct ManifestChange: Hashable, Sendable {
    package var at: Timestamp
    package var words: String

    /// What is another in `new` than in `old`; nil where a reader would see none.
    package init?(from old: Manifest, to new: Manifest, at time: Timestamp) {
        guard old != new else { return nil }
        var parts: [String] = []
        let before = Dictionary(old.series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        func list(_ word: String, _ ids: [SeriesID]) {
            guard !ids.isEmpty else { return }
            let more = ids.count > 4 ? " and \(ids.count - 4) more" : ""
            parts.append("\(word) " + ids.prefix(4).map(\.name).joined(separator: ", ") + more)
        }
        list("now reads", new.series.map(\.id).filter { before[$0] == nil })
        list("no longer reads", old.series.map(\.id).filter { after[$0] == nil })
        list(
            "other limits for",
            new.series.filter {
                before[$0.id].map { $0.thresholds } != nil && before[$0.id]?.thresholds != $0.thresholds
            }.map(\.id))
        if old.launchAt != new.launchAt { parts.append("another launch time") }
        if old.kpis != new.kpis { parts.append("other targets of the business") }
        if old.roster != new.roster { parts.append("other people or policies") }
        if old.deployment != new.deployment { parts.append("other deployment settings") }
        if old.flags != new.flags { parts.append("other flags") }
        if old.checklist != new.checklist { parts.append("another checklist") }
        (at, words) = (time, parts.isEmpty ? "what is shown was arranged anew" : parts.joined(separator: "; "))
    }
}
