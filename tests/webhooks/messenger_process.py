"""A worker's webhook thread in a process of its own, meant to be killed: it calls what is due until it is."""

from __future__ import annotations

import time

import django


def main() -> None:
    django.setup()
    from guanxi.webhooks.worker import Messenger

    messenger = Messenger()
    messenger.start()
    print("started", flush=True)
    while not messenger.error:
        time.sleep(0.05)
    raise messenger.error


if __name__ == "__main__":
    main()
