import Journal
import Launch
import Security
import Testing
import Wire

/// Whether volumes are encrypted, by what util-linux says (2.38).
@Suite struct VolumeTests {
    private func seal(_ source: String, _ number: String, _ devices: String) throws -> VolumeSeal {
        let mount = try #require(
            VolumeSeal.Mount(
                findmnt: Array(#"{"filesystems": [{"source": "\#(source)", "maj:min": "\#(number)"}]}"#.utf8)))
        return VolumeSeal(mount, lsblk: Array(#"{"blockdevices": [\#(devices)]}"#.utf8))
    }

    private let disk = #"{"name":"vda", "path":"/dev/vda", "maj:min":"254:0", "type":"disk"}"#

    /// LVM on LUKS on a partition, as Debian's installer makes it; /boot beside it.
    private let installed = """
        {"name":"shop--vg-root", "path":"/dev/mapper/shop--vg-root", "maj:min":"253:1", "type":"lvm", "children":[
          {"name":"sda5_crypt", "path":"/dev/mapper/sda5_crypt", "maj:min":"253:0", "type":"crypt", "children":[
            {"name":"sda5", "path":"/dev/sda5", "maj:min":"8:5", "type":"part", "children":[
              {"name":"sda", "path":"/dev/sda", "maj:min":"8:0", "type":"disk"}]}]}]},
        {"name":"sda1", "path":"/dev/sda1", "maj:min":"8:1", "type":"part", "children":[
          {"name":"sda", "path":"/dev/sda", "maj:min":"8:0", "type":"disk"}]}
        """

    /// A mirror of which one leg alone is encrypted.
    private let mirror = """
        {"name":"md0", "path":"/dev/md0", "maj:min":"9:0", "type":"raid1", "children":[
          {"name":"a", "path":"/dev/mapper/a", "maj:min":"253:0", "type":"crypt", "children":[
            {"name":"sda", "path":"/dev/sda", "maj:min":"8:0", "type":"disk"}]},
          {"name":"sdb", "path":"/dev/sdb", "maj:min":"8:16", "type":"disk"}]}
        """

    @Test func whatLiesOnLUKSIsEncrypted() throws {
        #expect(try seal("/dev/mapper/shop--vg-root", "253:1", installed) == .encrypted)
        #expect(try seal("/dev/sda1", "8:1", installed) == .plain("sda"))
        #expect(try seal("/dev/vda", "254:0", disk) == .plain("vda"))
        #expect(try seal("/dev/md0", "9:0", mirror) == .plain("sdb"))
        #expect(
            try seal("/dev/md0", "9:0", mirror.replacing(#""type":"disk"}]}"#, with: #""type":"crypt"}]}"#))
                == .encrypted)
    }

    @Test func aSubvolumeIsFoundByItsDevice() throws {
        #expect(try seal("/dev/mapper/shop--vg-root[/@var]", "0:35", installed) == .encrypted)
    }

    @Test func whatNobodyCanSeeUnderIsUnknown() throws {
        for (source, number) in [
            ("tmpfs", "0:23"), ("nas:/export", "0:51"), ("overlay", "0:60"), ("tank/data", "0:40"),
        ] {
            guard case .unknown(let reason) = try seal(source, number, installed) else {
                Issue.record("\(source)")
                continue
            }
            #expect(reason == "\(source) lies on no disk of its machine")
        }
        let mount = try #require(
            VolumeSeal.Mount(findmnt: Array(#"{"filesystems":[{"source":"/dev/vda","maj:min":"254:0"}]}"#.utf8)))
        #expect(VolumeSeal(mount, lsblk: Array("lsblk: not found".utf8)) == .unknown("lsblk's answer cannot be read"))
        #expect(VolumeSeal.Mount(findmnt: []) == nil)
    }

    @Test func whatIsMountedOverAnotherCounts() {
        let mount = VolumeSeal.Mount(
            findmnt: Array(
                #"{"filesystems":[{"source":"/dev/sda1","maj:min":"8:1"},{"source":"tmpfs","maj:min":"0:27"}]}"#.utf8))
        #expect(mount?.source == "tmpfs")
    }

    @Test func thisMachinesVolumesAreLookedAt() async throws {
        let survey = ComplianceSurvey(reactor: try Reactor(), clock: SystemClock()) { _ in "" }
        func fact(_ path: String, on: [String] = []) async -> ComplianceFact? {
            await survey.gather(CompliancePlan(volumes: [.init(path: path, on: on)])).first { $0.id == "volumes" }
        }
        // Whatever this machine lies on: asked here and through another program it is the same.
        let here = await fact("/")
        #expect(here != nil)
        #expect(await fact("/", on: ["env"])?.state == here?.state)
        #expect(await fact("/none/at/all")?.state == .unknown)
        #expect(await fact("/proc")?.state == .unknown)
        #expect(await fact("/", on: ["false"])?.text.contains("findmnt says nothing") == true)
    }
}
