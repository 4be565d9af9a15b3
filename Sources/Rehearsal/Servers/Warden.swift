import Glibc
import Subprocess

/// A small shell beside each private folder, in a session of its own, that outlives us: once the folder's lock is free,
/// because its maker closed it or died (kill -9 included), it ends the servers of the folder and removes it.
///
/// The lock is the whole protocol. The kernel frees it when the last descriptor goes, and the servers, started with all
/// descriptors closed, hold none. Who takes it, cleans up.
enum Warden {
    /// Starts the warden of a folder whose lock we hold, or one that cleans up at once where nobody holds it.
    static func start(folder: String) async throws -> ChildProcess {
        try await ChildProcess.start(script: script, name: "guardia-warden", arguments: [folder])
    }

    /// Starts a server's program in its folder, so that the warden knows of it before it runs.
    ///
    /// The shell registers itself (its id, the start time that tells it from a later process with the same id, and the
    /// signal that ends it), then becomes the server.
    static func launch(
        _ command: [String], register: String, endSignal: String, log: String, workingIn folder: String
    ) async throws -> ChildProcess {
        try await ChildProcess.start(
            script: launcher, name: "guardia-launcher", arguments: [register, endSignal, log, folder] + command)
    }

    private static let launcher = """
        register=$1 signal=$2 log=$3 folder=$4
        shift 4
        exec >>"$log" 2>&1 || exit 126
        cd -- "$folder" || exit 126
        started() { shift 19; echo "$1"; }
        read -r stat <"/proc/$$/stat" && echo "$$ $(started ${stat##*) }) $signal" >>"$register" || exit 126
        exec "$@"
        """

    private static let script = """
        trap '' HUP INT TERM QUIT
        folder=$1
        exec 9<"$folder/lock" && flock 9 || exit 1

        # Signals the processes of one server: its leader, its session and its children (PostgreSQL gives each backend
        # a session of its own). False when there are none.
        signal_members() {
            leader=$1 signal=$2 found=false
            for stat in /proc/[0-9]*/stat; do
                read -r line 2>/dev/null <"$stat" || continue
                pid=${line%% *}
                set -- ${line##*) }
                case $1 in [ZX]) continue ;; esac
                if [ "$pid" = "$leader" ] || [ "$2" = "$leader" ] || [ "$4" = "$leader" ]; then
                    found=true
                    kill -s "$signal" "$pid" 2>/dev/null
                fi
            done
            $found
        }

        # False when the id now belongs to another process. A leader that is gone is well: its session may live on, and
        # the kernel does not give a session's id away.
        is_still() {
            [ -e "/proc/$1/stat" ] || return 0
            read -r line 2>/dev/null <"/proc/$1/stat" || return 0
            expected=$2
            set -- ${line##*) }
            shift 19
            [ "$1" = "$expected" ]
        }

        each_server() {
            [ -e "$folder/servers" ] || return 0
            while read -r pid start signal; do
                is_still "$pid" "$start" && "$1" "$pid" "$signal"
            done <"$folder/servers"
            return 0
        }
        wake_and_end() { signal_members "$1" CONT && kill -s "$2" "$1" 2>/dev/null; }
        count() { signal_members "$1" 0 && left=$((left + 1)); }
        finish_off() { signal_members "$1" KILL; }

        each_server wake_and_end
        tries=0
        while left=0; each_server count; [ "$left" -gt 0 ] && [ "$tries" -lt 40 ]; do
            tries=$((tries + 1))
            sleep 0.05
        done
        each_server finish_off
        if [ -e "$folder/leftovers" ]; then
            while read -r path; do
                case $path in /dev/shm/guardia-*) rm -rf -- "$path" ;; esac
            done <"$folder/leftovers"
        fi
        rm -rf -- "$folder"
        """
}
