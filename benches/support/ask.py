"""Clients: one that asks again when it was answered, and many that ask at once."""
import http.client
import socket
import time

GZIP = {"Accept-Encoding": "gzip"}


def ask(port, paths, headers=GZIP):
    """Milliseconds of each answer, asked for one after another on one connection; every one must be 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took = []
    for path in paths:
        begun = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - begun) * 1e3)
        if answer.status != 200:
            raise SystemExit(f"{path} was answered {answer.status}")
    connection.close()
    return took


def ask_at_once(port, path, askers):
    """The whole answers that so many got who asked for one document in the same moment."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(askers)]
    for each in sockets:
        each.sendall(request[:-2])
    for each in sockets:
        each.sendall(request[-2:])
    answers = [b"".join(iter(lambda: each.recv(1 << 16), b"")) for each in sockets]
    for each in sockets:
        each.close()
    return answers


def percentile(figures, share):
    """The figure that so large a share of them does not exceed."""
    figures = sorted(figures)
    return figures[min(len(figures) - 1, int(len(figures) * share))]
