import Launch

extension Field {
    /// `kiosk:`, what walls show and hide.
    func kioskPlan(_ catalogue: SeriesCatalogue) -> KioskPlan? {
        mapping { fields in
            let standard = KioskPlan.standard
            let pages = fields.optional("pages").map { $0.items().compactMap { $0.choice(Self.pages) } }
            if let pages, pages.isEmpty { fields.optional("pages")?.error("a wall without a page shows nothing") }
            let words = fields.optional("hide_words")
            let texts = words?.items().compactMap { item in
                item.parse { text throws(Misfit) in
                    // One letter would be hidden from all words.
                    guard text.unicodeScalars.count > 1 else {
                        throw Misfit("\(text.quoted) is too short to be hidden")
                    }
                    return text
                }
            }
            return KioskPlan(
                pages: pages ?? standard.pages,
                every: fields.optional("every")?.duration(Milliseconds.seconds(3)...Milliseconds.hours(1))
                    ?? standard.every,
                hide: fields.optional("hide")?.items().compactMap { $0.choice(Self.hidden) } ?? standard.hide,
                words: texts ?? [],
                series: fields.optional("hide_series")?.items().compactMap { catalogue.resolve($0) } ?? [])
        }
    }

    private static let pages: KeyValuePairs<String, KioskPlan.Page> = [
        "launch": .launch, "readiness": .readiness, "alerts": .alerts, "health": .health, "business": .business,
        "regions": .regions, "traffic": .traffic,
    ]

    private static let hidden: KeyValuePairs<String, KioskPlan.Hidden> = [
        "names": .names, "money": .money, "hosts": .hosts, "addresses": .addresses,
    ]
}
