package import Launch

/// What makes a machine an edge, as one script for an administrator's shell there: folder, helper, first split, includes, timer.
///
/// Each step looks first and changes only what differs, so that it can be run again at any time. It never changes what serves,
/// and reloads nginx only where it was asked to.
package struct EdgeInstall: Hashable, Sendable {
    package var deployment: Deployment
    package var edge: EdgePlan
    /// The user who owns the door and runs the helper.
    package var owner: String
    /// The folder that the two includes are written to, on the edge.
    package var includes: String
    /// The colour that serves now: for a door that is not there yet.
    package var first: String?
    /// The line of authorized_keys that lets guardia in; nil on this machine.
    package var publicKey: String?
    package var reload: Bool

    package static let standardIncludes = "/etc/nginx/guardia"
    package static let standardOwner = "guardia"

    package init(
        _ deployment: Deployment, _ edge: EdgePlan, owner: String, includes: String = EdgeInstall.standardIncludes,
        first: String? = nil, publicKey: String? = nil, reload: Bool = false
    ) {
        self.deployment = deployment
        self.edge = edge
        self.owner = owner
        self.includes = includes
        self.first = first
        self.publicKey = publicKey
        self.reload = reload
    }

    /// What a key may do over SSH: ask the helper, and reach the front door. Nothing else.
    package var keyOptions: String {
        "restrict,port-forwarding,permitopen=\"127.0.0.1:\(edge.frontPort)\",command=\"\(serve)\""
    }

    private var serve: String { EdgeHelper.words(edge.helper, door: edge.door).joined(separator: " ") }

    /// The script, for `sh -s`.
    package var script: String {
        let configuration = EdgeConfiguration(deployment, edge)
        return [
            Self.prologue, account, key, files(configuration), door, timer, nginx, Self.epilogue,
        ].joined(separator: "\n")
    }

    // MARK: Steps

    private static let prologue = """
        set -eu
        umask 022
        changed() { printf 'changed  %s\\n' "$*"; }
        same() { printf 'as it is %s\\n' "$*"; }
        todo() { printf 'TO DO    %s\\n' "$*"; }
        # Writes standard input to a file, if that differs: through a new file, so that nobody sees half of one.
        put() { # FILE MODE
            mkdir -p "${1%/*}"
            cat >"$1.new"
            chmod "$2" "$1.new"
            if cmp -s "$1.new" "$1" && [ "$(stat -c %a "$1")" = "$2" ]; then rm -f "$1.new"; same "$1"
            else mv -f "$1.new" "$1"; changed "$1"; fi
        }
        as_owner() { if [ "$(id -un)" = "$owner" ]; then "$@"; else runuser -u "$owner" -- "$@"; fi; }
        for tool in flock mv setsid sync sha256sum stat; do
            command -v "$tool" >/dev/null || { echo "$tool is not installed here: the helper needs it" >&2; exit 1; }
        done
        """

    private static let epilogue = "echo 'done'\n"

    private var account: String {
        """
        owner=\(owner)
        if ! id "$owner" >/dev/null 2>&1; then
            # A shell, since sshd runs a forced command by it; no password, so nobody else comes in.
            useradd --system --create-home --home-dir /var/lib/guardia --shell /bin/sh "$owner"
            chmod 755 /var/lib/guardia
            changed "user $owner"
        fi
        """
    }

    private var key: String {
        guard edge.ssh != nil else { return "" }
        guard let publicKey else {
            return """
                todo "put the public key that guardia comes with into ~$owner/.ssh/authorized_keys, after these options:"
                cat <<'END_OF_KEY'
                \(keyOptions)
                END_OF_KEY
                """
        }
        let words = publicKey.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")
        return """
            home=$(getent passwd "$owner" | cut -d: -f6)
            mkdir -p "$home/.ssh"
            touch "$home/.ssh/authorized_keys"
            { grep -vF '\(words)' "$home/.ssh/authorized_keys" || :; cat <<'END_OF_KEY'
            \(keyOptions) \(words)
            END_OF_KEY
            } | put "$home/.ssh/authorized_keys" 600
            chown -R "$owner" "$home/.ssh"
            chmod 700 "$home/.ssh"
            """
    }

    private func files(_ configuration: EdgeConfiguration) -> String {
        """
        put \(edge.helper) 755 <<'END_OF_HELPER'
        \(String(decoding: EdgeHelper.script, as: UTF8.self).trimmingLastNewline)
        END_OF_HELPER
        put \(includes)/http.conf 644 <<'END_OF_HTTP'
        \(configuration.http.trimmingLastNewline)
        END_OF_HTTP
        put \(includes)/server.conf 644 <<'END_OF_SERVER'
        \(configuration.server.trimmingLastNewline)
        END_OF_SERVER
        \(hardening(configuration))
        """
    }

    /// The firewall's rules, and what fail2ban and nftables need where they are.
    private func hardening(_ configuration: EdgeConfiguration) -> String {
        guard let plan = deployment.hardening else { return "" }
        let hardening = EdgeHardening(plan)
        var lines: [String] = []
        if let rules = configuration.rules {
            lines.append("put \(hardening.rulesFile) 644 <<'END_OF_RULES'\n\(rules.trimmingLastNewline)\nEND_OF_RULES")
            lines.append(
                "[ -e \(plan.waf?.setup ?? "") ] || todo 'install the firewall: apt-get install libnginx-mod-http-modsecurity modsecurity-crs'"
            )
        }
        if let countries = plan.countries {
            lines.append(
                "[ -e \(countries.database) ] || todo 'put a GeoIP database to \(countries.database): nginx does not start without it'"
            )
        }
        let files = hardening.banFiles.map { file in
            "put \(file.path) 644 <<'END_OF_FILE'\n\(file.text.trimmingLastNewline)\nEND_OF_FILE"
        }
        if !files.isEmpty {
            lines.append(
                """
                if command -v fail2ban-client >/dev/null && command -v nft >/dev/null; then
                \(files.joined(separator: "\n"))
                todo "include /etc/nftables.d/guardia.nft in /etc/nftables.conf; then: nft -f /etc/nftables.d/guardia.nft && fail2ban-client reload"
                else
                todo 'nobody is banned here: apt-get install fail2ban nftables, then run this again'
                fi
                """)
        }
        return lines.joined(separator: "\n")
    }

    private var door: String {
        var lines = [
            "mkdir -p \(edge.door)",
            "[ \"$(stat -c %U \(edge.door))\" = \"$owner\" ] || chown -R \"$owner\" \(edge.door)",
        ]
        switch edge.backend {
        case .door:
            lines.append(
                "[ ! -e \(edge.door)/backend ] || as_owner \(edge.helper) --door \(edge.door) backend door >/dev/null")
        case .reload(let test, let reload):
            lines.append(
                "as_owner \(edge.helper) --door \(edge.door) backend reload \(test.joined(separator: " ")) -- "
                    + "\(reload.joined(separator: " ")) >/dev/null")
        }
        let missing =
            first.map { _ in "" }
            ?? "echo 'there is no door yet: say which colour serves now, as --first \(deployment.colours.first?.name ?? "blue")' >&2; exit 1"
        lines.append(
            """
            if [ -L \(edge.door)/current ] && [ -r \(edge.door)/state.a ]; then
                same "the door \(edge.door), which serves $(readlink \(edge.door)/current)"
            else
                \(missing.isEmpty ? "as_owner \(edge.helper) --door \(edge.door) init \(first ?? "") >/dev/null" : missing)
                changed "the door \(edge.door), which serves \(first ?? "")"
            fi
            # nginx's worker must be able to search the whole path.
            path=\(edge.door)
            while [ "$path" != / ]; do
                case $(stat -c %a "$path") in *[1357]) ;; *) todo "let nginx search $path: chmod o+x $path" ;; esac
                path=${path%/*}
                path=${path:-/}
            done
            """)
        return lines.joined(separator: "\n")
    }

    /// A revert that was armed is watched by a process of its own; the timer is there for what ends that.
    private var timer: String {
        """
        if [ -d /run/systemd/system ]; then
            put /etc/systemd/system/guardia-door-\(edge.name).service 644 <<'END_OF_UNIT'
        \(EdgeUnits.service(edge, owner: owner).trimmingLastNewline)
        END_OF_UNIT
            put /etc/systemd/system/guardia-door-\(edge.name).timer 644 <<'END_OF_UNIT'
        \(EdgeUnits.timer(edge).trimmingLastNewline)
        END_OF_UNIT
            systemctl daemon-reload
            systemctl enable --now --quiet guardia-door-\(edge.name).timer
        else
            todo "no systemd here: have cron run it as $owner, * * * * * \(edge.helper) --door \(edge.door) tick >/dev/null"
        fi
        """
    }

    private var nginx: String {
        let reloading =
            reload
            ? "nginx -t -q && nginx -s reload && changed 'nginx was reloaded'"
            : "todo 'reload nginx when it suits: nginx -t && nginx -s reload; then: guardia edge check \(edge.name)'"
        return """
            if ! command -v nginx >/dev/null; then
                todo "no nginx is in PATH: include \(includes)/http.conf and server.conf in the one that runs"
            elif nginx -T 2>/dev/null | grep -qF '\(includes)/http.conf'; then
                \(reloading)
            else
                todo "in http { }:   include \(includes)/http.conf;"
                todo "in server { }: include \(includes)/server.conf; listen 127.0.0.1:\(edge.frontPort);"
                todo "in location:   proxy_pass http://\\$guardia_colour; proxy_http_version 1.1; proxy_set_header Connection \\"\\"; proxy_set_header Host \\$host;"
            fi
            """
    }
}

/// The units that fire an overdue revert: the ones in Config/systemd, with the words of one edge.
package enum EdgeUnits {
    package static func service(_ edge: EdgePlan, owner: String) -> String {
        """
        # Goes back to the split that a deploy armed, where nobody confirmed in time and its own watcher is gone.
        [Unit]
        Description=guardia: what the door of \(edge.name) does by itself

        [Service]
        Type=oneshot
        User=\(owner)
        ExecStart=\(edge.helper) --door \(edge.door) tick
        StandardOutput=null
        # What goes on in the background after a switch is to come to its end.
        KillMode=process

        """
    }

    package static func timer(_ edge: EdgePlan) -> String {
        """
        [Unit]
        Description=guardia: looks every ten seconds what the door of \(edge.name) is to do by itself

        [Timer]
        OnBootSec=5s
        OnUnitActiveSec=10s
        AccuracySec=1s

        [Install]
        WantedBy=timers.target

        """
    }
}

extension String {
    fileprivate var trimmingLastNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
