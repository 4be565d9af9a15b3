import CHiredis

/// hiredis's functions that build replies, with a bound on arrays: it makes room for, and on freeing walks, as many
/// elements as a header announces, so a hostile `*2000000000` would hold the reactor for seconds.
enum RedisReplyFunctions {
    private static let maximumOfElements = 1 << 20

    private static let original: redisReplyObjectFunctions = {
        let reader = redisReaderCreate()
        defer { redisReaderFree(reader) }
        return reader?.pointee.fn?.pointee ?? redisReplyObjectFunctions()
    }()

    // Written once, here; hiredis only reads it.
    nonisolated(unsafe) static let bounded: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        functions.initialize(to: original)
        functions.pointee.createArray = { task, count in
            // Nil is "out of memory" to the reader.
            count <= RedisReplyFunctions.maximumOfElements
                ? RedisReplyFunctions.original.createArray?(task, count) : nil
        }
        return functions
    }()
}
