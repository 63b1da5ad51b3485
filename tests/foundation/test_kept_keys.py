"""The keys of an installation: one each, whole, whoever asks first."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from guanxi.foundation.errors import WrongSetting
from guanxi.foundation.kept_keys import kept_key


def test_all_who_ask_at_once_get_the_same_whole_key(tmp_path: Path) -> None:
    for attempt in range(50):
        path = tmp_path / str(attempt) / "secret_key"
        together, keys = threading.Barrier(4), []

        def ask(path: Path = path, together: threading.Barrier = together, keys: list[str] = keys) -> None:
            together.wait()
            keys.append(kept_key(path))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(keys) == 4
        assert len(set(keys)) == 1
        assert len(keys[0]) >= 48
        assert [file.name for file in path.parent.iterdir()] == ["secret_key"]
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_kept_key_stays(tmp_path: Path) -> None:
    first = kept_key(tmp_path / "id_key")

    assert kept_key(tmp_path / "id_key") == first
    assert kept_key(tmp_path / "secret_key") != first


def test_an_empty_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "id_key").touch()

    with pytest.raises(WrongSetting, match=r"id_key is empty: put it back from a backup"):
        kept_key(tmp_path / "id_key")
