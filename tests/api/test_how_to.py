"""docs/how-to/use-the-api.md: its commands and its program do what it says."""

from __future__ import annotations

import io
import json
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from api.calling import Program
from campaigns import world
from cli.commands import told as guanxi
from docs.pages import code_blocks, read

from guanxi.foundation import jobs
from guanxi.staff.models import User
from guanxi.staff.roles import Role

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)  # the page names batch 1
PAGE = read("docs/how-to/use-the-api.md")
COMMANDS = [line for block in code_blocks(PAGE, "sh") for line in block.splitlines()]
SHOWN = [json.loads(block) for block in code_blocks(PAGE, "json")]


@pytest.fixture
def token(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The files of the page in the working folder, and a worker that has its turn whenever somebody waits."""
    (home / "orders.ndjson").write_text(code_blocks(PAGE, "ndjson")[0], encoding="utf-8")
    (home / "spring.json").write_text(json.dumps(world.PLAN | {"control_share": 0.1}), encoding="utf-8")
    monkeypatch.chdir(home)
    monkeypatch.setattr("guanxi.api.jobs.pause", jobs.run_next)
    User.objects.create_user("you@example.com", "you@example.com", role=Role.ADMINISTRATOR)
    return str(guanxi("tokens", "create", "you@example.com", "--name", "all")["token"])


def ran(command: str, token: str) -> Any:
    """What curl would be answered."""
    words = shlex.split(command.replace("$TOKEN", token).replace("$GUANXI", ""))[1:]
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = next(
        (Path(words[at + 1][1:]).read_text("utf-8") for at, w in enumerate(words) if w == "--data-binary"),
        None,
    )
    program, named = Program(token=token), {name.replace("-", "_"): value for name, value in headers.items()}
    if body is None and "-X" not in words:
        return program.get(words[-1], **named)
    return program.post(words[-1], body, kind=named.pop("Content_Type", "application/json"), **named)


def test_its_commands_run_and_answer_what_it_shows(token: str) -> None:
    answers = {}
    for command in COMMANDS:
        if "refresh" in command:  # whom a campaign can reach, others have brought
            world.customers(world.keys(20))
            world.orders([(key, world.BEFORE, 40.0) for key in world.keys(20)])
        if command.startswith("curl"):
            answer = ran(command, token)
            assert answer.status_code < 300, (command, answer.content)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            answers[command] = json.loads(content)
            while jobs.run_next():
                pass
    assert len(answers) >= 10
    for shown in (shown for shown in SHOWN if "error" not in shown):
        assert any(shown.items() <= answer.items() for answer in answers.values()), shown


def test_the_commands_of_the_program_are_as_it_writes_them(token: str) -> None:
    (command,) = [line for line in COMMANDS if line.startswith("guanxi ")]
    assert re.fullmatch(r"gx_\d+_[0-9a-f]{64}", guanxi(*shlex.split(command)[1:])["token"])


def test_its_errors_look_as_it_shows_them(token: str) -> None:
    (shown,) = [shown for shown in SHOWN if "error" in shown]
    assert Program(token=token).get("/batches/4711").json() == shown


def test_its_program_runs(token: str, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANXI", live_server.url)
    monkeypatch.setenv("TOKEN", token)
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(code_blocks(PAGE, "python")[0], "use-the-api.md", "exec"), {})

    first, *customers = printed.getvalue().splitlines()
    assert first == "2 customers came in"
    assert sorted(line.split(" ", 1)[1] for line in customers) == ["Ann", "王伟"]
