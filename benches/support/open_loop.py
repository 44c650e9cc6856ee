"""open_loop.py PORT PATH TAG RATE: asks for a document that is known by its tag, so many times a second, whether it was answered or not, until
standard input ends. Then a line of JSON: how late each request was sent and each answer came after it was due, in milliseconds, and how many
were no 304. A process of its own, with nothing else to do, so that what is slow is not the one who asks."""
import json
import os
import select
import socket
import sys
import time


def main(port, path, tag, rate):
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nIf-None-Match: {tag}\r\n\r\n".encode()
    idle, due = [], {}
    sent, answered, others = [], [], 0
    begun, stopped = time.perf_counter(), False
    while due or not stopped:
        at = begun + len(sent) / rate
        wait = at - time.perf_counter()
        if wait <= 0 and not stopped:
            connection = idle.pop() if idle else connect(port)
            connection.sendall(request)
            due[connection] = at
            sent.append(time.perf_counter() - at)
            continue
        for ready in select.select([*idle, *due, *([] if stopped else [sys.stdin])], [], [], max(wait, 0) if not stopped else 60)[0]:
            if ready is sys.stdin:
                stopped = True
                continue
            answer = ready.recv(1 << 16)
            if ready in idle:
                idle.remove(ready)
                continue
            answered.append(time.perf_counter() - due.pop(ready))
            if answer.startswith(b"HTTP/1.1 304 ") and answer.endswith(b"\r\n\r\n"):
                idle.append(ready)
            else:
                others += 1
    print(json.dumps({"sent": [s * 1e3 for s in sent], "answered": [s * 1e3 for s in answered], "others": others}))


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))  # a busy machine shall not make it late
except PermissionError:
    pass
main(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]))
