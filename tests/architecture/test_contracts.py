"""The import contracts of .importlinter hold, and would not hold if a room reached upwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def lint(config: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(sys.argv[1], no_cache=True))"
    return subprocess.run([sys.executable, "-c", code, str(config)], cwd=ROOT, capture_output=True, text=True)


def test_every_import_goes_down() -> None:
    linted = lint(ROOT / ".importlinter")

    assert linted.returncode == 0, linted.stdout


def test_a_contract_that_the_code_breaks_is_noticed(tmp_path: Path) -> None:
    upside_down = tmp_path / "contracts.ini"
    upside_down.write_text(
        "[importlinter]\nroot_package = guanxi\n"
        "[importlinter:contract:rooms]\nname = Upside down\ntype = layers\ncontainers = guanxi\n"
        "layers =\n    foundation\n    customers\n"
    )

    linted = lint(upside_down)

    assert linted.returncode == 1
    assert "Upside down BROKEN" in linted.stdout
