import Foundation
import Testing

/// The other end of every client of a launch: it refuses whatever it is asked for, and says back all that it was told, secrets
/// included, as a careless or a hostile provider would. Every second time it is content. What it heard it keeps in a file.
final class EchoProviders {
    private let program: RunningProgram
    let port: UInt16
    private let heard: String

    /// - Parameters:
    ///   - folder: where it keeps what it hears.
    ///   - certify: makes `mail.pem` and `mail.key` there, for the mail server's STARTTLS.
    init(in folder: String, accessToken: String, certify: (String) throws -> Void) async throws {
        try certify(folder)
        let (script, ready) = ("\(folder)/providers.py", "\(folder)/port")
        heard = "\(folder)/heard"
        try Self.script.write(toFile: script, atomically: true, encoding: .utf8)
        program = try RunningProgram("/usr/bin/python3", [script, folder, accessToken])
        try #require(await eventually { FileManager.default.fileExists(atPath: ready) }, "the providers do not begin")
        port = try #require(UInt16(try String(contentsOfFile: ready, encoding: .utf8)))
    }

    func close() { program.killHard() }

    /// Whether a client has told it this.
    func hasHeard(_ text: String) -> Bool {
        (try? Data(contentsOf: URL(fileURLWithPath: heard)))?.firstRange(of: Data(text.utf8)) != nil
    }

    /// One port for all: who speaks first, and how, says which protocol it is.
    private static let script = #"""
        import base64, itertools, json, os, re, select, socket, ssl, struct, sys, threading
        folder, access = sys.argv[1:3]
        lock, counts = threading.Lock(), {}

        def heard(*parts):
            with lock, open(folder + '/heard', 'ab') as file:
                for part in parts: file.write(part + b'\n')

        def http(c, data):
            while b'\r\n\r\n' not in data:
                part = c.recv(65536)
                if not part: return
                data += part
            head, body = data.split(b'\r\n\r\n', 1)
            length = re.search(rb'(?i)content-length: (\d+)', head)
            while length and len(body) < int(length.group(1)):
                part = c.recv(65536)
                if not part: break
                body += part
            basic = re.search(rb'(?i)authorization: basic (\S+)', head)
            plain = base64.b64decode(basic.group(1)) if basic else b''
            heard(head, body, plain)
            path = head.split(b' ')[1]
            echo = (head + b' ' + body + b' ' + plain).decode('latin1')
            with lock: count = counts[path] = counts.get(path, 0) + 1
            status, answer = '401 Unauthorized', {'ok': False, 'error': echo, 'message': echo, 'code': 20003,
                'status': 'invalid event', 'errors': [echo], 'error_description': echo, 'detail': echo}
            if path == b'/token':
                status, answer = '200 OK', {'access_token': access, 'expires_in': 3599, 'token_type': 'Bearer'}
            elif path.startswith(b'/api/') and count % 2: status = '200 OK'
            elif count % 2 == 0 and not path.startswith(b'/always'):
                status, answer = '200 OK', {'ok': True, 'ts': '1.2', 'channel': 'C', 'sid': 'SM1', 'status': 'success',
                    'dedup_key': 'd', 'name': 'projects/p/messages/1', 'messages': [], 'incidents': []}
            text = json.dumps(answer).encode()
            c.sendall(b'HTTP/1.1 %s\r\nContent-Type: application/json\r\nX-Echo: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s'
                % (status.encode(), re.sub(rb'\s+', b' ', head)[:2000], len(text), text))

        def redis(c, data):
            while data:
                heard(data)
                c.sendall(b'-WRONGPASS no such user or password: ' + re.sub(rb'[\r\n]+', b' ', data) + b'\r\n')
                data = c.recv(65536)

        def postgres(c, data):
            while struct.unpack('!I', data[4:8])[0] in (80877103, 80877104):
                c.sendall(b'N')
                data = c.recv(65536)
                if len(data) < 8: return
            c.sendall(b'R' + struct.pack('!II', 8, 3))
            word = c.recv(65536)[5:].rstrip(b'\0')
            heard(word)
            text = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed: ' + word + b'\0\0'
            c.sendall(b'E' + struct.pack('!I', len(text) + 4) + text)

        def mail(c):
            c.sendall(b'220 mail ESMTP\r\n')
            data, secure = b'', False
            while True:
                while b'\n' not in data:
                    part = c.recv(65536)
                    if not part: return
                    data += part
                line, data = data.split(b'\n', 1)
                line = line.strip()
                word = line.split(b' ')[0].upper()
                if word == b'EHLO':
                    c.sendall(b'250-mail\r\n' + (b'250 AUTH PLAIN\r\n' if secure else b'250 STARTTLS\r\n'))
                elif word == b'STARTTLS':
                    c.sendall(b'220 go on\r\n')
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(folder + '/mail.pem', folder + '/mail.key')
                    c, data, secure = context.wrap_socket(c, server_side=True), b'', True
                elif word == b'AUTH' and len(line.split(b' ')) == 2:
                    c.sendall(b'334 \r\n')
                elif word in (b'QUIT', b'RSET', b'NOOP'):
                    c.sendall(b'250 well\r\n')
                    if word == b'QUIT': return
                else:
                    try: plain = base64.b64decode(line.split(b' ')[-1])
                    except ValueError: plain = b''
                    heard(plain)
                    c.sendall(b'535 5.7.8 no such user or password: ' + plain.replace(b'\0', b' ') + b' ' + line + b'\r\n')

        def serve(c):
            try:
                c.settimeout(20)
                # A mail client waits to be spoken to.
                if not select.select([c], [], [], 1.0)[0]: return mail(c)
                data = c.recv(65536)
                if data[:1] == b'\0': postgres(c, data)
                elif data[:1] == b'*': redis(c, data)
                elif data: http(c, data)
            except (OSError, struct.error, IndexError): pass
            finally: c.close()

        listener = socket.create_server(('127.0.0.1', 0), backlog=128)
        with open(folder + '/port.new', 'w') as file: file.write(str(listener.getsockname()[1]))
        os.rename(folder + '/port.new', folder + '/port')
        while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """#
}
