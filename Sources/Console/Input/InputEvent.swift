/// What comes from the terminal's side: the operator's keys, and what happens to the terminal itself.
package enum InputEvent: Hashable, Sendable {
    case key(Key)
    /// Text pasted in one go (bracketed paste), cut at `KeyDecoder.pasteLimit`; nothing of it acts as a key.
    case paste(String)
    /// The terminal has this size now.
    case resize(Size)
    /// The terminal was taken over again after a stop, and shows nothing of ours: the next frame is sent whole.
    case resumed
    /// Another thread has something to show.
    case wake
    /// A signal asks the program to end: SIGINT, SIGTERM, SIGHUP or SIGQUIT.
    case terminate(signal: Int32)
    /// The terminal is gone.
    case hangup
}
