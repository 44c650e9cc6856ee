"""bantin as a process: what it does and takes, seen from outside."""
import ctypes
import datetime
import http.client
import json
import os
import pathlib
import subprocess
import time

from sites import until


class Daemon:
    """A daemon over the configuration of a folder, from start to end of a `with`."""

    def __init__(self, binary, sites):
        self.command = [binary, "--config", sites.folder / "bantin.toml"]
        self.port, self.log = sites.own, sites.folder / "run.log"

    def __enter__(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*self.command, "run"], stderr=log)
        try:
            self.clock = clock(self.process.pid)
            until(self.is_ready, 600, "bantin does not get ready")
        except BaseException:
            self.__exit__()
            raise
        self.ready = time.time()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def is_ready(self):
        if self.process.poll() is not None:
            raise SystemExit(f"bantin ended with {self.process.returncode}: {self.log.read_text()[-1000:]}")
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def metric(self, name):
        lines = self.get("/metrics")[1].decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))

    def visits(self):
        return self.metric("bantin_visits_total") + self.metric("bantin_visits_failed_total")

    def cpu(self):
        """Milliseconds of CPU of all its threads, those that ended too."""
        return time.clock_gettime(self.clock) * 1e3

    def resident(self):
        """MiB of resident memory."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    def since_open(self):
        """Seconds from when the store was open until it answered that it is ready."""
        told = (json.loads(line) for line in self.log.read_text().splitlines())
        opened = next(line["timestamp"] for line in told if line["message"] == "the store is open")
        return self.ready - datetime.datetime.fromisoformat(opened).timestamp()

    def settle(self):
        """Waits until it does next to nothing for two seconds, or a minute has passed."""
        for _ in range(30):
            before = self.cpu()
            time.sleep(2)
            if self.cpu() - before < 40:
                return

    def status(self):
        """Seconds that `bantin status` takes."""
        begun = time.perf_counter()
        subprocess.run([*self.command, "status"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begun


def clock(pid):
    """The CPU clock of a process."""
    found = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(found)) != 0:
        raise SystemExit(f"process {pid} has no clock")
    return found.value


def cpu_of(command, **options):
    """Milliseconds of CPU that a command takes from start to end."""
    process = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1e3
