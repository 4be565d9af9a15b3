import Launch

extension Field {
    /// The launch's checklist: groups of items, each with an owner and a due time counted from the launch.
    func checklist() -> [ChecklistItem] {
        var ids: Set<String> = []
        var items: [ChecklistItem] = []
        for group in self.items() {
            _ = group.mapping { fields in
                let name = fields.required("group")?.words() ?? ""
                let owner = fields.optional("owner")?.words()
                for field in fields.required("items")?.items() ?? [] {
                    let item = field.mapping { $0.checklistItem(of: name, owner: owner) }
                    guard let item, let item else { continue }
                    if ids.insert(item.id).inserted {
                        items.append(item)
                    } else {
                        field.error("there are two items with the id '\(item.id)'")
                    }
                }
            }
        }
        if items.count > Field.checklistLimit { error("a checklist has at most \(Field.checklistLimit) items") }
        return items
    }

    private static let checklistLimit = 200

    /// `T+24h`, `T-2h`, `T+2w`; the true minus sign will do as well.
    fileprivate func launchTime() -> Milliseconds? {
        parse { text throws(Misfit) in
            let wrong = Misfit("\(text.quoted) is no time of a launch", hint: "write it as T+24h, T-30m or T+2w")
            guard text.first == "T", let sign = text.dropFirst().first, "+-−".contains(sign) else { throw wrong }
            let span: Milliseconds
            do throws(Misfit) { span = try Quantity.duration(String(text.dropFirst(2))) } catch { throw wrong }
            return sign == "+" ? span : Milliseconds(-span.count)
        }
    }
}

extension Fields {
    fileprivate func checklistItem(of group: String, owner: String?) -> ChecklistItem? {
        let id = required("id")?.identifier()
        let text = required("text")?.parse { text throws(Misfit) in
            guard !text.isEmpty, text.count <= 160, !text.contains(where: \.isNewline) else {
                throw Misfit("\(text.quoted) does not fit", hint: "up to 160 characters on one line")
            }
            return text
        }
        let own = optional("owner")
        let who = own?.words() ?? owner
        let due = required("due")?.launchTime()
        if who == nil, own == nil { error("this item has no owner", hint: "give it one, or give its group one") }
        guard let id, let text, let who, let due else { return nil }
        return ChecklistItem(id: id, text: text, group: group, owner: who, due: due)
    }
}
