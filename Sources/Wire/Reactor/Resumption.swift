/// Where a task whose wait has ended goes on: on the reactor's thread.
///
/// A continuation is resumed on the global executor, whatever actor its task runs on; the task comes back from there to its
/// actor, which is two changes of thread for each wait. A preferred task executor takes the place of the global one
/// (SE-0417).
final class Resumption: TaskExecutor {
    private let inbox: Inbox

    init(_ inbox: Inbox) { self.inbox = inbox }

    func enqueue(_ job: consuming ExecutorJob) { inbox.post(UnownedJob(job), isResumption: true) }
}
