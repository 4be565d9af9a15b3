import Launch

/// Draws the whole screen: a pure function of the model. The frame is made blank first, in the storage that it has.
package func view(_ model: Model, into frame: inout Frame) {
    var pictures = Pictures()
    view(model, into: &frame, keeping: &pictures)
}

/// The same screen, from the pictures of its parts where nothing that they are drawn from has changed.
package func view(_ model: Model, into frame: inout Frame, keeping pictures: inout Pictures) {
    frame.reset(size: model.size)
    frame.redaction = model.redaction
    guard !model.size.isEmpty else { return }
    let layout = model.layout
    guard !layout.isTooSmall else {
        let needed = "\(Layout.least.width)×\(Layout.least.height)"
        let text = model.words(.sizeNeeded, needed, "\(model.size.width)×\(model.size.height)")
        frame.put(text, in: frame.bounds, row: (model.size.height - 1) / 2, .notice, align: .centre)
        return
    }
    switch model.page {
    case .warRoom: WarRoom(model: model, layout: layout).render(into: &frame, keeping: &pictures)
    case .wall: Wall(model: model).render(into: &frame, keeping: &pictures)
    }
    for overlay in model.overlays {
        switch overlay {
        case .help(let top): HelpOverlay(model: model, top: top).render(into: &frame)
        case .palette(let palette): PaletteOverlay(model: model, palette: palette).render(into: &frame)
        case .filterPrompt(let field, _):
            FilterPrompt(model: model, field: field).render(into: &frame, area: layout.footer)
        case .timePrompt(let field): TimePrompt(model: model, field: field).render(into: &frame, area: layout.footer)
        case .choice(let choice): ChoiceView(model: model, choice: choice).render(into: &frame)
        case .confirmation(let question): ConfirmationView(model: model, confirmation: question).render(into: &frame)
        case .action(let follow): ActionView(model: model, follow: follow).render(into: &frame)
        case .deployments(let selected):
            DeploymentsPage(model: model, selected: selected).render(into: &frame, area: layout.body)
        case .deployment(let id, let top):
            DeploymentPage(model: model, id: id).render(into: &frame, area: layout.body, top: top)
        // MARK: Operations
        case .checklist(let selected):
            ChecklistPage(model: model, selected: selected).render(into: &frame, area: layout.body)
        case .handover(let top): HandoverPage(model: model).render(into: &frame, area: layout.body, top: top)
        case .backups(let top): BackupsPage(model: model).render(into: &frame, area: layout.body, top: top)
        case .flags(let selected): FlagsPage(model: model, selected: selected).render(into: &frame, area: layout.body)
        case .readiness(let selected):
            ReadinessPage(model: model, selected: selected).render(into: &frame, area: layout.body)
        case .station(let name, let top):
            StationPage(model: model, name: name).render(into: &frame, area: layout.body, top: top)
        case .security(let top): SecurityPage(model: model).render(into: &frame, area: layout.body, top: top)
        case .alert(let id, let top): AlertPage(model: model, id: id).render(into: &frame, area: layout.body, top: top)
        case .escalation(let top): EscalationPage(model: model).render(into: &frame, area: layout.body, top: top)
        case .detail(let id):
            if let region = model.region(of: id) {
                RegionPage(model: model, region: region).render(into: &frame, area: layout.body)
            } else if let colour = model.colour(of: id) {
                ColourPage(model: model, colour: colour).render(into: &frame, area: layout.body)
            } else {
                DetailOverlay(model: model, id: id).render(into: &frame, area: layout.body)
            }
        }
    }
}
