import Launch

/// How the commands of actions are called from this screen: what the dialogs show is what is run, and what can be copied.
package struct CommandSetup: Hashable, Sendable {
    /// The program as a shell on this machine finds it.
    package var program: String
    /// What follows the words of every action: which journal and which config.
    package var options: [String]
    /// The same where it runs as another user.
    package var delegatedOptions: [String]
    /// Why no action could be started from here; nil where one can. Of what another user may read it says nothing.
    package var trouble: String?

    package init(
        program: String = "guardia", options: [String] = [], delegatedOptions: [String] = [], trouble: String? = nil
    ) {
        self.program = program
        self.options = options
        self.delegatedOptions = delegatedOptions
        self.trouble = trouble
    }

    /// The whole command line of an action, word by word.
    package func words(_ arguments: [String], actAs: [String]) -> [String] {
        // Behind sudo its own search path decides.
        actAs.isEmpty ? [program] + arguments + options : actAs + ["guardia"] + arguments + delegatedOptions
    }
}

extension Model {
    /// The words before `guardia` on the command line of an action.
    var actAs: [String] { deployment?.actAs ?? flagFacts?.actAs ?? board.manifest?.readiness?.actAs ?? [] }

    /// Why no action can be started from this screen; nil where one can.
    var commandTrouble: String? { actAs.isEmpty ? commands.trouble : nil }
}
