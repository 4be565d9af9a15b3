extension TextField {
    /// Takes a key as a shell's line does; false for one that means nothing to a field.
    package mutating func take(_ key: Key) -> Bool {
        switch (key.code, key.modifiers) {
        case (.character(let scalar), []): insert(String(scalar))
        case (.backspace, []): deleteBackward()
        case (.delete, []): deleteForward()
        case (.left, []): move(by: -1)
        case (.right, []): move(by: 1)
        case (.home, []): moveToStart()
        case (.end, []): moveToEnd()
        case (.character("u"), .control): clear()
        case (.character("w"), .control): deleteWord()
        default: return false
        }
        return true
    }
}
