/// One row of the keymap: what an action is called, which keys do it, and where.
package struct Binding: Sendable {
    package let action: Action
    package internal(set) var keys: [Key]
    /// One or two words for the footer.
    package let title: Word
    /// What it does, in a sentence for the help and the palette.
    package let summary: Word
    package let contexts: Set<Context>
    /// Where it stands in the footer, the smallest first; nil: only in the help.
    package let footerRank: Int?

    /// From this rank on an entry of the footer gives way to none.
    static let keptRank = 8

    init(
        _ action: Action, _ keys: [Key], _ title: Word, _ summary: Word, in contexts: Set<Context>,
        footer footerRank: Int? = nil
    ) {
        self.action = action
        self.keys = keys
        self.title = title
        self.summary = summary
        self.contexts = contexts
        self.footerRank = footerRank
    }

    private static let screen: Set<Context> = [.warRoom]
    private static let lists: Set<Context> = [
        .warRoom, .help, .palette, .choice, .deployments, .deployment, .alert, .escalation, .security, .flags, .backups,
        .readiness,
        .station, .checklist, .handover,
    ]
    private static let scrolled: Set<Context> = [
        .warRoom, .help, .deployments, .deployment, .alert, .escalation, .security, .flags, .backups, .readiness,
        .station, .checklist, .handover,
    ]
    /// Where an action may be begun: everywhere but where one is being confirmed or typed.
    private static let acting: Set<Context> = [
        .warRoom, .detail, .action, .deployments, .deployment, .alert, .escalation, .security, .flags, .backups,
        .readiness,
        .station, .checklist, .handover,
    ]
    /// The pages that a letter opens, from each of which another's letter leads on.
    private static let pages: Set<Context> = [
        .deployments, .deployment, .escalation, .security, .flags, .backups, .readiness, .station, .checklist,
        .handover,
    ]
    /// Where one looks at something and does not type.
    private static let viewing: Set<Context> = pages.union([.warRoom, .detail, .alert])
    /// Where the letter of a page opens it: everywhere but on the page itself.
    private static func opening(_ page: Context) -> Set<Context> { viewing.union([.action]).subtracting([page]) }
    /// Where one looks at the board, or at what is made from it.
    private static let past: Set<Context> = [
        .warRoom, .detail, .deployments, .deployment, .alert, .escalation, .security, .flags, .backups, .readiness,
        .station, .checklist, .handover,
    ]
    private static let everywhere = Set(Context.allCases)
    /// Keys that write a character are left out where one types.
    private static let reading: Set<Context> = viewing.union([.help, .wall])

    /// The whole table, in the order in which help lists it.
    ///
    /// What acts on production is a capital letter and asks first. So it keeps clear of what fingers press by habit in
    /// tmux, vim and a shell: Ctrl combinations, Enter, Backspace, Tab, arrows, hjkl.
    static let defaults: [Binding] = [
        Binding(.help, [Key("?"), Key(.function(1))], .help, .helpSummary, in: everywhere, footer: 8),
        Binding(.palette, [Key(":")], .palette, .paletteSummary, in: viewing, footer: 7),
        Binding(.deploy, [Key("D")], .deploy, .deploySummary, in: acting, footer: 2),
        Binding(.rollback, [Key("R")], .rollback, .rollbackSummary, in: acting, footer: 1),
        Binding(.promote, [Key("P")], .promote, .promoteSummary, in: acting, footer: 1),
        Binding(.abort, [Key("X")], .abort, .abortSummary, in: acting, footer: 1),
        Binding(.hold, [Key("W")], .hold, .holdSummary, in: acting, footer: 1),
        Binding(
            .deployments, [Key("H")], .deployments, .deploymentsSummary, in: opening(.deployments), footer: 6),
        // MARK: Alerts
        Binding(.ack, [Key("a")], .ack, .ackSummary, in: acting, footer: 2),
        Binding(.silence, [Key("s")], .silence, .silenceSummary, in: acting, footer: 3),
        Binding(.escalate, [Key("E")], .escalate, .escalateSummary, in: acting, footer: 3),
        Binding(.escalation, [Key("e")], .escalation, .escalationSummary, in: opening(.escalation), footer: 6),
        // MARK: Security
        Binding(.security, [Key("S")], .security, .securitySummary, in: opening(.security)),
        // MARK: Flags
        Binding(.flag, [Key("F")], .flag, .flagSummary, in: acting, footer: 2),
        Binding(.flags, [Key("f")], .flags, .flagsSummary, in: opening(.flags), footer: 6),
        // MARK: Operations
        Binding(.checklist, [Key("C")], .checklist, .checklistSummary, in: opening(.checklist)),
        Binding(.handover, [Key("O")], .handover, .handoverSummary, in: opening(.handover)),
        // MARK: Readiness
        Binding(.readiness, [Key("r")], .readiness, .readinessSummary, in: opening(.readiness), footer: 6),
        Binding(.say, [Key("G")], .say, .saySummary, in: [.readiness, .station], footer: 1),
        // MARK: Backups
        Binding(.backups, [Key("B")], .backups, .backupsSummary, in: opening(.backups)),
        Binding(.filter, [Key("/")], .filter, .filterSummary, in: screen, footer: 5),
        Binding(.zoom, [Key("z")], .zoom, .zoomSummary, in: screen, footer: 4),
        Binding(
            .open, [Key(.enter)], .open, .openSummary,
            in: [
                .warRoom, .filterPrompt, .palette, .choice, .timePrompt, .deployments, .flags, .checklist, .readiness,
            ],
            footer: 3),
        Binding(.back, [Key(.escape)], .back, .backSummary, in: everywhere, footer: 0),
        Binding(.pause, [Key(" "), Key("p")], .pause, .pauseSummary, in: [.warRoom, .detail], footer: 7),
        Binding(.stepBack, [Key("[")], .stepBack, .stepBackSummary, in: past, footer: 7),
        Binding(.stepForward, [Key("]")], .stepForward, .stepForwardSummary, in: past),
        Binding(.eventBefore, [Key("{")], .eventBefore, .eventBeforeSummary, in: past),
        Binding(.eventAfter, [Key("}")], .eventAfter, .eventAfterSummary, in: past),
        Binding(.goToTime, [Key("g")], .goToTime, .goToTimeSummary, in: past),
        Binding(.shot, [Key("=")], .shot, .shotSummary, in: reading),
        Binding(.health, [Key("1")], .health, .healthSummary, in: viewing, footer: 1),
        Binding(.business, [Key("2")], .business, .businessSummary, in: viewing),
        Binding(.alerts, [Key("3")], .alerts, .alertsSummary, in: viewing),
        Binding(.geo, [Key("4")], .geo, .geoSummary, in: viewing),
        Binding(.colours, [Key("5")], .colours, .coloursSummary, in: viewing),
        Binding(
            .focusNext, [Key(.tab), Key(.right), Key("l")], .next, .focusNextSummary, in: screen, footer: 2),
        Binding(
            .focusPrevious, [Key(.tab, .shift), Key(.left), Key("h")], .previous, .focusPreviousSummary,
            in: screen),
        Binding(.up, [Key(.up), Key("k")], .up, .upSummary, in: lists),
        Binding(.down, [Key(.down), Key("j")], .down, .downSummary, in: lists),
        Binding(.pageUp, [Key(.pageUp)], .pageUp, .pageUpSummary, in: lists),
        Binding(.pageDown, [Key(.pageDown)], .pageDown, .pageDownSummary, in: lists),
        Binding(.first, [Key(.home)], .first, .firstSummary, in: scrolled),
        Binding(.last, [Key(.end)], .last, .lastSummary, in: scrolled),
        Binding(.nextPage, [Key("n")], .nextPage, .nextPageSummary, in: [.wall], footer: 1),
        Binding(.redraw, [Key("l", .control)], .redraw, .redrawSummary, in: everywhere),
        Binding(.suspend, [Key("z", .control)], .suspend, .suspendSummary, in: everywhere),
        Binding(.quit, [Key("q"), Key("c", .control)], .quit, .quitSummary, in: everywhere, footer: 9),
    ]
}
