"""A mission with a running server, as another process."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import baqylau


class Mission:
    """The process, asked by lines."""

    def __init__(self) -> None:
        program = os.environ["BAQYLAU_TEST_MISSION"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process: subprocess.Popen[str] = subprocess.Popen([program], **pipes)  # type: ignore[call-overload]
        self.about = self._heard()

    def _heard(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the mission's process ended"
        return json.loads(line)

    def ask(self, command: str) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self._heard()

    def end(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture()
def mission() -> Iterator[Mission]:
    running = Mission()
    yield running
    running.end()


@pytest.fixture()
def phone(tmp_path: Path) -> Callable[[str], tuple[baqylau.Phone, baqylau.KeyVault]]:
    def make(name: str) -> tuple[baqylau.Phone, baqylau.KeyVault]:
        folder = tmp_path / name
        about = baqylau.Phone(folder=str(folder), language="en", boot="", offset_minutes=0)
        return about, baqylau.file_vault(str(tmp_path / f"{name} vault"))

    return make
