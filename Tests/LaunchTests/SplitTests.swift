import Launch
import Testing

struct SplitTests {
    @Test(arguments: ["blue", "green-1.blue", "green-25.blue", "blue-99.green"])
    func aNameIsReadBack(_ name: String) throws {
        #expect(try #require(Split(name: name)).name == name)
    }

    @Test(arguments: [
        "", ".", "blue.", ".blue", "green-0.blue", "green-100.blue", "green-05.blue", "green-+5.blue", "green--5.blue",
        "blue-5.blue", "any", "Blue", "blue/..", "green-5.blue.x", "../current", "green-5", "blue\n",
    ])
    func whatIsNoNameIsRefused(_ name: String) { #expect(Split(name: name) == nil) }

    @Test func theEndsOfACanaryAreWholeColours() {
        #expect(Split(live: "blue", canary: "green", share: 0) == Split(all: "blue"))
        #expect(Split(live: "blue", canary: "green", share: 100) == Split(all: "green"))
        #expect(Split(live: "blue", canary: "green", share: 400) == Split(all: "green"))
    }

    @Test func sharesAddUp() {
        let split = Split(live: "blue", canary: "green", share: 25)
        #expect(split.share(of: "green") == 25)
        #expect(split.share(of: "blue") == 75)
        #expect(split.share(of: "red") == 0)
        #expect(split.description == "blue 75 %, green 25 %")
    }
}
