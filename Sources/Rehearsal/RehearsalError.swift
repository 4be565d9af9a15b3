/// Why a rehearsal could not do what it was told.
package enum RehearsalError: Error, Hashable, CustomStringConvertible {
    /// A part of BarberPro did not take a fault.
    case refused(part: String, asked: String, answer: String)
    /// The database could not be filled; the log's last lines.
    case noHistory(log: [String])
    /// A role of the database could not be made; psql's words.
    case noRole(reason: String)
    /// A template names a variable that a rehearsal does not have.
    case unknownVariable(String, known: [String])
    /// The door could not be made; the helper's answer.
    case noDoor(answer: String)
    /// There is no colour of this name.
    case unknownColour(String)
    /// There is nothing of this name that could be done.
    case unknownPart(String)
    /// Redis did not follow a command.
    case redis(command: String, answer: String)
    /// A server's certificate could not be made.
    case noCertificate(reason: String)
    /// The channels' keys could not be made or kept.
    case noKey(reason: String)

    package var description: String {
        switch self {
        case .refused(let part, let asked, let answer): "\(part) refused the fault \(asked): \(answer)"
        case .noHistory(let log): (["the database could not be filled:"] + log).joined(separator: "\n    ")
        case .noRole(let reason): "a role of the database could not be made: \(reason)"
        case .unknownVariable(let name, let known):
            "no variable ${\(name)}: a rehearsal has \(known.joined(separator: ", "))"
        case .noDoor(let answer): "the door could not be made: \(answer)"
        case .unknownColour(let name): "there is no colour \(name): blue and green are"
        case .unknownPart(let text): "nothing is called '\(text)': redis restart, blue stop, green start"
        case .redis(let command, let answer): "Redis answered \(command) with \(answer)"
        case .noCertificate(let reason): "a certificate could not be made: \(reason)"
        case .noKey(let reason): "the keys of the rehearsal's channels could not be made: \(reason)"
        }
    }
}
