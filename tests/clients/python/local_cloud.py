"""The local cloud as a child process: `evbridge-momento local`, and what its other subcommands tell."""

import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3

import shapes

ROOT = pathlib.Path(__file__).resolve().parents[3]
TEMPLATE = ROOT / "templates" / "rendered" / "momento-standalone.yaml"
BINARY = os.environ.get("EVBRIDGE_MOMENTO_BIN") or str(ROOT / "target" / "debug" / "evbridge-momento")


class LocalCloud:
    """A running server with a state directory of its own."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        command = [BINARY, "local", "--port", "0", "--local-dir", str(directory)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment()
        )
        # The URL is the first line on stdout, written once the port is open.
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), f"`{' '.join(command)}` said {self.url!r}"

    def stop(self) -> int:
        """Stops the server as Ctrl-C does, and returns its exit code."""
        self.process.terminate()
        code = self.process.wait(timeout=10)
        self.process.stdout.close()
        return code

    def client(self, service: str, region: str, **more):
        """Makes a boto3 client as any program would, and holds what it gets against AWS's model."""
        client = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id="any",
            aws_secret_access_key="thing",
            **more,
        )
        return shapes.watch(client)

    def run(self, *arguments: str) -> str:
        """Runs a command of the tool on the same state, and returns what it printed."""
        command = [BINARY, *arguments, "--local-dir", str(self.directory)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=30)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return done.stdout.strip()

    def key(self, region: str) -> str:
        """Makes a Momento API key."""
        return self.run("local", "key", "--region", region)

    def item(self, region: str, key: str, cache: str, name: str) -> "tuple[int, str]":
        """Reads an item by the Momento HTTP API: the status and the body."""
        return self.momento(region, key, f"/cache/{cache}?{urllib.parse.urlencode({'key': name})}")

    def momento(self, region: str, key: str, path: str) -> "tuple[int, str]":
        """Asks the Momento HTTP API: the status and the body."""
        request = urllib.request.Request(f"{self.url}/momento/{region}{path}", headers={"Authorization": key})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()


def environment(**more: str) -> "dict[str, str]":
    """The environment of a child: nothing of the person's AWS or Momento settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    return {**kept, "NO_COLOR": "1", **more}


def eventually(look, wanted=bool, seconds: float = 10):
    """Looks until what is seen is what is wanted, and returns it; deliveries take a moment."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if wanted(seen):
            return seen
        assert time.monotonic() < deadline, f"still {seen!r} after {seconds} s"
        time.sleep(0.02)
