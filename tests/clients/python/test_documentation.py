"""The blocks of docs/clients.md, run as a reader would."""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from local_cloud import BINARY, ROOT, LocalCloud, environment, eventually

PAGE = (ROOT / "docs" / "clients.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
JAVASCRIPT = ROOT / "tests" / "clients" / "javascript"


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A directory with its own local cloud, and what runs a block there."""
    directory = tmp_path_factory.mktemp("reader")
    cloud = LocalCloud(directory / ".evbridge-momento")
    path = [pathlib.Path(BINARY).parent, pathlib.Path(sys.executable).parent]
    settings = environment(AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    settings["PATH"] = ":".join([*map(str, path), settings["PATH"]])
    exports = next(code for language, code in BLOCKS if code.startswith("export "))

    def run(language: str, code: str) -> str:
        if language == "sh":
            command, folder = "bash -euo pipefail", directory
        elif language == "python":
            command, folder = "python -", directory
        else:
            command, folder = "node --input-type=module -", JAVASCRIPT
        script = f"{exports}\nexec {command}".replace("http://127.0.0.1:4566", cloud.url)
        done = subprocess.run(
            ["bash", "-euc", script], input=code.replace("http://127.0.0.1:4566", cloud.url),
            cwd=folder, env=settings, capture_output=True, text=True, timeout=120,
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"
        return done.stdout

    yield cloud, run
    assert cloud.stop() == 0


def test_every_block_does_what_the_page_says(reader):
    cloud, run = reader
    languages = {language for language, _ in BLOCKS}
    assert languages == {"sh", "python", "js"}
    with_node = shutil.which("node") and (JAVASCRIPT / "node_modules").is_dir()
    printed = [run(language, code) for language, code in BLOCKS if language != "js" or with_node]
    assert '"hello"' in printed, "the item that is read with curl"
    key = cloud.key("us-east-1")
    for client in ["cli", "python", *(["javascript"] if with_node else [])]:
        look = lambda: cloud.item("us-east-1", key, "my-cache", f"from-{client}")
        assert eventually(look, lambda seen: seen[0] == 200)[1] == '"hello"'
