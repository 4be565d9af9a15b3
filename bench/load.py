"""Keep-alive clients that note the time and the colour of every answer, and count each that was not given."""
import multiprocessing
import select
import socket
import time


class Client:
    def __init__(self, port, path, pause):
        self.port, self.pause, self.due, self.sent, self.socket, self.answer = port, pause, 0.0, 0.0, None, b""
        self.request = f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()

    def send(self):
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent, self.answer = time.monotonic(), b""
        self.socket.sendall(self.request)

    def receive(self):
        """(status, colour) once the answer is whole, else None; raises where it will not come."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed in the middle of a request")
        self.answer += data
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return None
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if len(body) < int(fields[b"content-length"]):
            return None
        return int(head[9:12]), fields.get(b"x-colour", b"").decode()


def run(plan, stop, out):
    clients = [Client(port, path, pause) for count, port, path, pause in plan for _ in range(count)]
    poll, busy, idle, answers, lost = select.epoll(), {}, list(clients), [], []
    while True:
        now = time.monotonic()
        if stop.is_set() and not busy:
            break
        waiting = []
        for client in idle if not stop.is_set() else ():
            if client.due > now:
                waiting.append(client)
                continue
            fresh = client.socket is None
            try:
                client.send()
            except OSError as error:
                lost.append((client.port, now, str(error)))
                client.socket, client.due = None, now + 0.01
                waiting.append(client)
                continue
            if fresh:
                poll.register(client.socket, select.EPOLLIN)
            busy[client.socket.fileno()] = client
        idle = waiting
        for number, _ in poll.poll(0.0005 if idle else 0.05):
            client = busy.get(number)
            if client is None:  # closed between two requests: none is lost, as far as that goes
                client = next(one for one in idle if one.socket and one.socket.fileno() == number)
                poll.unregister(client.socket)
                client.socket = client.socket.close()
                continue
            try:
                answer = client.receive()
                if answer is None:
                    continue
                now = time.monotonic()
                if answer[0] == 200:
                    answers.append((client.port, client.sent, now, answer[1]))
                else:
                    lost.append((client.port, now, f"status {answer[0]}"))
            except OSError as error:
                lost.append((client.port, time.monotonic(), str(error)))
                poll.unregister(client.socket)
                client.socket = client.socket.close()
            client.due = time.monotonic() + client.pause
            del busy[number]
            idle.append(client)
        if any(now - client.sent > 10 for client in busy.values()):
            lost.append((0, now, "no answer in 10 s"))
            break
    out.put((answers, lost))


class Load:
    """`plan`: (clients, port, path, pause between two requests of each)."""

    def __init__(self, *plan):
        self.stopping, self.out = multiprocessing.Event(), multiprocessing.Queue()
        self.process = multiprocessing.Process(target=run, args=(plan, self.stopping, self.out), daemon=True)
        self.process.start()

    def stop(self):
        """(answers: (port, sent, received, colour), lost: (port, when, why))"""
        self.stopping.set()
        result = self.out.get(timeout=30)
        self.process.join()
        return result
