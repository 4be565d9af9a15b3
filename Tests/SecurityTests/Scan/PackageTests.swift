import Foundation
import Journal
import Launch
import Security
import Testing

/// This machine's packages, by what apt says.
@Suite struct PackageTests {
    /// Of `apt-get -s --ignore-hold --with-new-pkgs upgrade` (apt 2.6) where a kernel has a new ABI and foo needs libfoo1 to go.
    private static let upgrade = """
        Reading package lists...
        Building dependency tree...
        Calculating upgrade...
        The following NEW packages will be installed:
          linux-image-6.1.0-28-amd64
        The following packages have been kept back:
          foo
        The following packages will be upgraded:
          linux-image-amd64 tzdata
        2 upgraded, 1 newly installed, 0 to remove and 1 not upgraded.
        Inst linux-image-6.1.0-28-amd64 (6.1.119-1 Debian-Security:12/stable-security [amd64])
        Inst linux-image-amd64 [6.1.106-3] (6.1.119-1 Debian-Security:12/stable-security [amd64])
        Inst tzdata [2024a-0+deb12u1] (2025b-0+deb12u1 Debian:12.9/stable [amd64])
        Conf linux-image-6.1.0-28-amd64 (6.1.119-1 Debian-Security:12/stable-security [amd64])
        Conf linux-image-amd64 (6.1.119-1 Debian-Security:12/stable-security [amd64])
        Conf tzdata (2025b-0+deb12u1 Debian:12.9/stable [amd64])
        """

    /// Of `dist-upgrade` there.
    private static let full = """
        Calculating upgrade...
        The following packages will be REMOVED:
          libfoo1
        The following NEW packages will be installed:
          libfoo2 linux-image-6.1.0-28-amd64
        The following packages will be upgraded:
          foo linux-image-amd64 tzdata
        3 upgraded, 2 newly installed, 1 to remove and 0 not upgraded.
        Inst foo [1.0-1] (1.0-1+deb12u1 Debian-Security:12/stable-security [amd64]) []
        Remv libfoo1 [1.0-1] []
        Inst libfoo2 (1.0-1+deb12u1 Debian-Security:12/stable-security [amd64])
        Inst linux-image-6.1.0-28-amd64 (6.1.119-1 Debian-Security:12/stable-security [amd64])
        Inst linux-image-amd64 [6.1.106-3] (6.1.119-1 Debian-Security:12/stable-security [amd64])
        Inst tzdata [2024a-0+deb12u1] (2025b-0+deb12u1 Debian:12.9/stable [amd64])
        """

    /// Of `upgrade` where more is kept back than one line holds, without `--with-new-pkgs`.
    private static let keptBack = """
        Calculating upgrade...
        The following packages have been kept back:
          foo linux-image-amd64 linux-headers-amd64
          libnginx-mod-http-modsecurity
        The following packages will be upgraded:
          tzdata
        1 upgraded, 0 newly installed, 0 to remove and 4 not upgraded.
        Inst tzdata [2024a-0+deb12u1] (2025b-0+deb12u1 Debian:12.9/stable [amd64])
        """

    private func item(_ survey: PackageSurvey, _ name: String) -> SecurityCheck.Item? {
        survey.check(every: .minutes(10)).items.first { $0.name == name }
    }

    @Test func aKernelWithANewABIWaits() {
        var survey = PackageSurvey()
        survey.take(upgrade: PackageTests.upgrade, full: PackageTests.full)
        #expect(
            survey.updates.filter(\.isSecurity).map(\.name) == [
                "linux-image-6.1.0-28-amd64", "linux-image-amd64", "foo",
            ])
        #expect(item(survey, "security updates")?.verdict == .warning)
        #expect(item(survey, "kept back")?.verdict == .warning)
        #expect(item(survey, "kept back")?.text == "an upgrade leaves foo")
    }

    @Test func whatIsKeptBackIsReadFromEveryLine() {
        #expect(
            PackageSurvey.keptBack(simulation: PackageTests.keptBack) == [
                "foo", "linux-image-amd64", "linux-headers-amd64", "libnginx-mod-http-modsecurity",
            ])
        #expect(PackageSurvey.keptBack(simulation: PackageTests.full).isEmpty)
        var survey = PackageSurvey()
        // What not even a full upgrade installs may be a security update.
        survey.take(upgrade: PackageTests.keptBack, full: PackageTests.full)
        #expect(survey.updates.map(\.name) == ["tzdata", "foo", "linux-image-amd64"])
        survey.take(upgrade: PackageTests.keptBack, full: nil)
        #expect(item(survey, "security updates")?.verdict == .ok && item(survey, "kept back")?.verdict == .unknown)
    }

    @Test func unattendedUpgradesThatAreTurnedOffAreAWarning() {
        let on = """
            APT::Periodic "";
            APT::Periodic::Update-Package-Lists "1";
            APT::Periodic::Unattended-Upgrade "1";
            """
        func reason(_ old: String, _ new: String) -> String? {
            PackageSurvey.unattendedIsOff(configuration: on.replacingOccurrences(of: old, with: new))
        }
        #expect(PackageSurvey.unattendedIsOff(configuration: on) == nil)
        for value in ["7", "1d", "12h", "always"] {
            #expect(reason("Upgrade \"1\"", "Upgrade \"\(value)\"") == nil, "\(value)")
        }
        #expect(reason("Upgrade \"1\"", "Upgrade \"0\"") == "APT::Periodic::Unattended-Upgrade is 0")
        #expect(reason("Lists \"1\"", "Lists \"0\"") == "APT::Periodic::Update-Package-Lists is 0")
        #expect(reason("APT::Periodic \"\"", "APT::Periodic::Enable \"0\"") == "APT::Periodic::Enable is 0")
        #expect(PackageSurvey.unattendedIsOff(configuration: "")?.hasSuffix("is not set") == true)
        var survey = PackageSurvey()
        (survey.hasUnattended, survey.unattendedAge) = (true, .days(0))
        #expect(item(survey, "unattended-upgrades")?.verdict == .ok)
        survey.unattendedIsOff = reason("Upgrade \"1\"", "Upgrade \"0\"")
        #expect(item(survey, "unattended-upgrades")?.verdict == .warning)
    }

    @Test func securityUpdatesAreTakenFromAptsSimulation() {
        let updates = PackageSurvey.updates(
            simulation: """
                NOTE: This is only a simulation!
                Inst libssl3 [3.0.15-1~deb12u1] (3.0.19-1~deb12u1 Debian-Security:12/stable-security [amd64])
                Inst tzdata [2024a] (2026a Debian:12.9/stable [all])
                Conf libssl3 (3.0.19-1~deb12u1 Debian-Security:12/stable-security [amd64])
                Inst new-one (1.0 Debian:12.9/stable [amd64]) []
                Inst broken
                """)
        #expect(updates.map(\.name) == ["libssl3", "tzdata", "new-one"])
        #expect(updates.map(\.isSecurity) == [true, false, false])
        #expect(updates[0].from == "3.0.15-1~deb12u1" && updates[0].to == "3.0.19-1~deb12u1")
    }

    @Test func whatHoldsSecurityUpdatesUpIsAWarningOfItsOwn() {
        var survey = PackageSurvey()
        func verdict(_ name: String) -> Verdict? {
            survey.check(every: .minutes(10)).items.first { $0.name == name }?.verdict
        }
        (survey.listsAge, survey.hasUnattended, survey.unattendedAge) = (.days(1), true, .days(1))
        survey.held = ["nginx"]
        #expect(
            survey.check(every: .minutes(10)).verdict == .ok, "a package that is held and has no update is a choice")
        survey.updates = PackageSurvey.updates(
            simulation: "Inst nginx [1] (2 Debian-Security:12/stable-security [amd64])")
        #expect(verdict("held packages") == .warning && verdict("security updates") == .warning)
        survey.updates = PackageSurvey.updates(simulation: "Inst nginx [1] (2 Debian:12.9/stable [amd64])")
        #expect(verdict("held packages") == .ok && verdict("security updates") == .ok)
        survey.unattendedAge = .days(3)
        #expect(verdict("unattended-upgrades") == .warning)
        survey.unattendedAge = nil
        #expect(verdict("unattended-upgrades") == .warning)
        (survey.rebootRequired, survey.rebootPackages) = (true, ["libc6"])
        #expect(verdict("reboot") == .warning)
        // Lists that nobody fetched tell of no update: that is not known.
        (survey.listsAge, survey.updates) = (.days(4), [])
        #expect(verdict("package lists") == .unknown)
        survey.failure = "apt-get is not there"
        #expect(survey.check(every: .minutes(10)).verdict == .unknown)
    }

    @Test func thisMachinesPackagesAreLookedAt() async {
        let survey = await PackageSurvey.take(clock: SystemClock())
        #expect(survey.failure == nil, "\(survey.failure ?? "")")
        #expect(survey.check(every: 1000).items.map(\.name).contains("security updates"))
    }
}
