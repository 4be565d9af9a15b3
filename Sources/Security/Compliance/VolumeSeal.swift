import Foundation

/// Whether what lies under a file system is encrypted, by what util-linux tells of it.
package enum VolumeSeal: Hashable, Sendable {
    /// Every way from the file system down to a disk leads through a dm-crypt device (LUKS, plain).
    case encrypted
    /// A way that does not: the disk at its end.
    case plain(String)
    case unknown(String)

    /// What a folder lies on, of `findmnt -J -o SOURCE,MAJ:MIN -T PATH`. Both programs read /proc and /sys: the engine's unit
    /// has no /dev of disks.
    package struct Mount: Hashable, Sendable, Decodable {
        package var source: String
        package var number: String

        private enum CodingKeys: String, CodingKey {
            case source
            case number = "maj:min"
        }

        private struct Answer: Decodable { var filesystems: [Mount] }

        /// The one that is seen: what was mounted last.
        package init?(findmnt: [UInt8]) {
            guard let last = (try? JSONDecoder().decode(Answer.self, from: Data(findmnt)))?.filesystems.last else {
                return nil
            }
            self = last
        }

        fileprivate func isOn(_ device: Device) -> Bool {
            // btrfs has a number of its own, and names its subvolume behind the device.
            device.number == number || device.path == String(source.prefix { $0 != "[" })
        }
    }

    fileprivate struct Device: Decodable {
        var name: String
        var path: String?
        var number: String?
        var type: String
        var children: [Device]?

        enum CodingKeys: String, CodingKey {
            case name, path, type, children
            case number = "maj:min"
        }

        func all(_ depth: Int = 0) -> [Device] {
            depth > 32 ? [] : [self] + (children ?? []).flatMap { $0.all(depth + 1) }
        }

        /// The first disk that is reached without encryption; nil where there is none.
        func plain(_ depth: Int = 0) -> String? {
            if type == "crypt" { return nil }
            guard depth < 32, let children, !children.isEmpty else { return name }
            return children.lazy.compactMap { $0.plain(depth + 1) }.first
        }
    }

    private struct Answer: Decodable { var blockdevices: [Device] }

    /// - Parameter lsblk: of `lsblk -s -J -o NAME,PATH,MAJ:MIN,TYPE`: each device with those that it lies on below it.
    package init(_ mount: Mount, lsblk: [UInt8]) {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(lsblk)) else {
            self = .unknown("lsblk's answer cannot be read")
            return
        }
        let devices = answer.blockdevices.flatMap { $0.all() }.filter(mount.isOn)
        // One file system on several disks (btrfs) would have to be asked which.
        guard !devices.isEmpty else {
            self = .unknown("\(mount.source) lies on no disk of its machine")
            return
        }
        self = devices.lazy.compactMap { $0.plain() }.first.map(VolumeSeal.plain) ?? .encrypted
    }
}
