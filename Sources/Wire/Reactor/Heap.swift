import CLinux

/// How this process keeps its memory.
package enum Heap {
    /// Has all threads share one arena of the C library's heap. A process whose work is on one thread and a few others loses
    /// no time by it, and with a thousand targets a fifth of its memory less is lost in arenas' gaps (docs/performance.md).
    package static func shareOneArena() { _ = mallopt(M_ARENA_MAX, 1) }

    /// Gives the system back what is free now: whoever starts needs more than whoever goes on.
    package static func giveBack() { _ = malloc_trim(0) }
}
