import Launch

/// One region: its percentiles and how far they stand from the limit, how much of the product lives there, and its last hour.
struct RegionPage {
    let model: Model
    let region: Panes.Region

    private struct Line {
        var label: String
        var spans: [Span]
    }

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .text)
        let state = model.state(of: region)
        let inside = Panel(title: region.name, facts: [Span(region.code, .dim)], isFocused: true)
            .render(into: &frame, area: area).inset(left: 1, right: 1)
        let lines = self.lines(state)
        let map = mapSize(in: inside.size)
        let columns = inside.columns([.fill(), .fixed(map.map { $0.width + 1 } ?? 0)])
        let parts = columns[0].rows([
            .fixed(min(lines.count, max(0, inside.height - 5))), .fixed(1), .fill(),
        ])
        let label = lines.map { Text.width(of: $0.label) }.max() ?? 0
        for (row, line) in lines.prefix(parts[0].height).enumerated() {
            let part = parts[0].row(row)
            frame.put(line.label, at: part.origin, .dim, width: label)
            frame.put(line.spans, at: Point(part.x + label + 2, part.y), width: max(0, part.width - label - 2))
        }
        if let track = model.track(region.latency) {
            SeriesChart(model: model, track: track, span: .hours(1), showsTimes: true)
                .render(into: &frame, area: parts[2])
        }
        if let map {
            renderMap(MapRaster.argentina(fitting: map), into: &frame, at: Point(columns[1].x + 1, columns[1].y))
        }
    }

    /// The country beside the figures, where both have room.
    private func mapSize(in size: Size) -> Size? {
        let atlas = Atlas.argentina
        let columns = min(size.width - 60, MapProjection.columns(for: size.height, of: atlas))
        guard model.capabilities.hasBraille, columns >= 24, atlas.index(of: region.code) != nil else { return nil }
        return Size(width: columns, height: min(size.height, MapProjection.rows(for: columns, of: atlas)))
    }

    private func renderMap(_ raster: MapRaster, into frame: inout Frame, at origin: Point) {
        let atlas = Atlas.argentina
        var looks = [MapView.Look?](repeating: nil, count: atlas.places.count)
        for region in model.shownManifest?.panes.geo?.regions ?? [] {
            if let place = atlas.index(of: region.code) { looks[place] = model.state(of: region).look }
        }
        MapView(
            raster: raster, atlas: atlas, looks: looks, isMono: model.capabilities.isMono,
            selected: atlas.index(of: region.code), tier: 1, capital: "CABA", room: raster.size.width
        ).render(into: &frame, at: origin)
    }

    // MARK: Lines

    private func lines(_ state: RegionState) -> [Line] {
        let words = model.words
        let judged = model.assessment(of: region.latency)
        let track = model.track(region.latency)
        let label = region.p50 == nil && region.p99 == nil ? "p95" : words(.regionPercentiles)
        var lines = [Line(label: label, spans: percentiles(state, judged))]
        if let events = model.known(region.events) {
            lines.append(
                Line(
                    label: words(.regionStandsOn),
                    spans: [Span(words(.requestCount, model.figures.value(events, unit: .count)), .text)]))
        }
        let age = track?.age(at: model.shownNow).map { model.figures.age($0) } ?? Figures.none
        lines.append(Line(label: words(.detailAge), spans: [Span(age, .text)]))
        if let miss = track?.miss { lines.append(Line(label: words(.detailMiss), spans: [Span(miss, .missed)])) }
        if let line = share(of: region.traffic, \.traffic, words(.regionRequests)) { lines.append(line) }
        if let errors = region.errors {
            let verdict = model.assessment(of: errors).verdict
            let text = model.known(errors).map { model.figures.value($0, unit: .percent) } ?? Figures.none
            lines.append(
                Line(label: words(.regionErrors), spans: [Span(text, verdict > .unknown ? verdict.role : .text)]))
        }
        if let cdn = region.cdn {
            let verdict = model.assessment(of: cdn).verdict
            let text = model.known(cdn).map { model.figures.value($0, unit: .milliseconds) } ?? Figures.none
            var spans = [Span(text, verdict > .unknown ? verdict.role : .text)]
            if let hits = model.known(region.cdnHits) {
                spans.append(Span("  " + words(.cdnHits, model.figures.value(hits, unit: .percent)), .dim))
            }
            lines.append(Line(label: words(.regionCDN), spans: spans))
        }
        if let line = share(of: region.users, \.users, words(.regionUsers)) { lines.append(line) }
        if let province = Province.named(iso: region.code) {
            let country = Province.argentina.reduce(0) { $0 + $1.population }
            let share = Double(province.population) / Double(country) * 100
            lines.append(
                Line(
                    label: words(.regionPeople),
                    spans: [
                        Span(model.figures.number(Double(province.population)), .text),
                        Span("  " + words(.shareOfCountry, model.figures.value(share, unit: .percent)), .dim),
                    ]))
        }
        if let place = Atlas.argentina.index(of: region.code).map({ Atlas.argentina.places[$0] }) {
            let cities = Atlas.argentina.cities.filter { $0.iso == region.code && $0.name != place.capital.name }
            lines.append(
                Line(
                    label: words(.regionCities),
                    spans: [
                        Span(place.capital.name, .text),
                        Span(cities.map { ", " + $0.name }.joined(), .dim),
                    ]))
        } else {
            lines.append(
                Line(label: words(.regionCities), spans: [Span(words(.notOnMap, model.elsewhereNames), .text)]))
        }
        return lines
    }

    /// `87 ms · 214 ms✗ · 380 ms   ≤200 ms`
    private func percentiles(_ state: RegionState, _ judged: Assessment) -> [Span] {
        func text(_ id: SeriesID?) -> String {
            model.known(id).map { model.figures.value($0, unit: .milliseconds) } ?? Figures.none
        }
        let isAlone = region.p50 == nil && region.p99 == nil
        var spans = isAlone ? [] : [Span(text(region.p50), .text), Span(" · ", .dim)]
        if let word = state.word {
            spans.append(Span(word, .dim, .bold))
        } else if judged.freshness == .lastKnown, let track = model.track(region.latency), let at = track.valueAt {
            spans += model.lastKnown(track, at: at, words: true, room: 40)
        } else {
            let role: Role = judged.verdict == .ok ? .value : judged.verdict.role
            spans.append(Span(text(region.latency), role, .bold))
            if judged.verdict != .ok { spans.append(Span(" \(judged.verdict.glyph)", role, .bold)) }
        }
        if !isAlone { spans += [Span(" · ", .dim), Span(text(region.p99), .text)] }
        if let limit = model.shownManifest?.panes.geo?.limit {
            spans.append(Span("   " + model.figures.atMost + model.figures.value(limit, unit: .milliseconds), .dim))
        }
        return spans
    }

    /// A figure of the region with its share of all regions; nil where the launch does not measure it.
    private func share(of id: SeriesID?, _ other: KeyPath<Panes.Region, SeriesID?>, _ label: String) -> Line? {
        guard let id, let track = model.track(id) else { return nil }
        guard let own = model.known(id) else { return Line(label: label, spans: [Span(Figures.none, .text)]) }
        var spans = [Span(model.figures.value(own, unit: track.series.unit), .text)]
        let geo = model.shownManifest?.panes.geo
        let all = ((geo?.regions ?? []) + [geo?.elsewhere].compactMap(\.self))
            .compactMap { model.known($0[keyPath: other]) }.reduce(0, +)
        if all > 0 {
            spans.append(
                Span("  " + model.words(.shareOfAll, model.figures.value(own / all * 100, unit: .percent)), .dim))
        }
        return Line(label: label, spans: spans)
    }
}
