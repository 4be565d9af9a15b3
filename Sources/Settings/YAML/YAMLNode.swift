/// One node of a settings file with the place where it stands.
package struct YAMLNode: Sendable {
    package indirect enum Content: Sendable {
        case scalar(Scalar)
        case list([YAMLNode])
        /// In the order of the file; keys are scalars.
        case mapping([Entry])
    }

    package struct Scalar: Sendable {
        package var text: String
        /// Written without quotes: only then are `~`, `null` and nothing at all an empty value.
        package var isPlain: Bool

        package var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }
    }

    package struct Entry: Sendable {
        package var key: String
        package var place: Place
        package var value: YAMLNode
    }

    package var place: Place
    package var content: Content

    /// What it is, in words for a message.
    package var kind: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "a single value"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}
