package import Launch

/// What can happen to the screen: keys and sizes from the terminal, time, and what was read from the journal.
package enum Message: Sendable {
    case key(Key)
    /// Text that the terminal marks as pasted.
    case paste(String)
    case resize(Size)
    /// Time goes on; sent once a second, just after the second has changed.
    case tick(Moment)

    /// The whole board, read anew: at the start, and after the journal was replaced.
    case board(Board)
    case manifest(Manifest)
    case readings([Tick])
    case events([Event])
    /// The engine's newest sign of life; nil: there has never been one.
    case heartbeat(Heartbeat?)
    /// What was changed of the config before the board was read.
    case configChanges([ManifestChange])
    /// What the journal's reader has to say (`copied to a private folder, 14:02`); nil: nothing any more.
    case readerNote(String?)
    /// The board as it was at `target`, and the instant by which it is judged; `asked` is the time in the question.
    case past(Board, at: Moment, target: Timestamp, asked: Timestamp)
    /// Why the past that was asked for cannot be shown.
    case noPast(String)
    /// What is to be said about the last key: a file that was written, or why it was not.
    case hint(String)
    /// The command of an action that was fired here has ended, or could not be started at all; its last words.
    case actionEnded(ActionID, hasFailed: Bool, words: String)
}

/// What the loop is to do after a message. Everything else is a change of the model.
package enum Command: Hashable, Sendable {
    /// Leave, giving the terminal back.
    case quit
    /// Send every cell anew: the terminal may not show what it was sent.
    case redraw
    /// Give the terminal back and stop, as Ctrl-Z does.
    case suspend
    /// Read the board as it was at a time.
    case rewind(Timestamp)
    /// Read it as it was at the nearest event before a time, or after it.
    case rewindToEvent(from: Timestamp, forward: Bool)
    /// Write what is shown as a file.
    case shoot
    /// Start the command of an action, in a session of its own.
    case act(ActionRequest)
    /// Ring for what has just become critical.
    case ring(Alarm)
}
