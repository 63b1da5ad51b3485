"""What becomes of each contact, told with a real mail server beside us (smtp_sink) and a real worker."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from outreach.smtp_sink import running_sink
from outreach.world import ALICE, NOON, address, admit, agrees, customer, launch, merged, utc

from guanxi.foundation import clock
from guanxi.foundation.actor import SYSTEM
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import enqueue
from guanxi.foundation.models import AuditEntry, Job
from guanxi.foundation.registry import JobKind, registry
from guanxi.outreach import services
from guanxi.outreach.delivery import workers
from guanxi.outreach.models import Contact, DeliveryWorker, Dispatch
from guanxi.outreach.queries import counts
from guanxi.outreach.wording import waiting_said
from guanxi.outreach.worker import run_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sink(tmp_path: Path, settings) -> Iterator[Path]:
    """The file in which a running mail server notes whom it accepted mail for."""
    path = tmp_path / "accepted"
    with running_sink(path) as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield path


@pytest.fixture
def slow_sink(tmp_path: Path, settings) -> Iterator[Path]:
    """The same, but it takes 20 ms to accept a message."""
    path = tmp_path / "accepted"
    with running_sink(path, delay=0.02) as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield path


@pytest.fixture
def outbox(home: Path, settings) -> Path:
    """The folder into which the default back end writes."""
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    return home / "outbox"


def work(at=NOON, connections: int = 2) -> None:
    run_worker(once=True, connections=connections, now=lambda: at)


def accepted(sink: Path) -> list[str]:
    return sorted(sink.read_text().split())


def states() -> dict[str, str]:
    return dict(Contact.objects.values_list("party__source_key", "state"))


@pytest.mark.requirement("CAMP-09")
def test_everybody_gets_one_copy_and_the_dispatch_is_finished(sink: Path) -> None:
    launch(*[customer(f"c{n}") for n in range(60)])
    work(connections=4)
    assert accepted(sink) == sorted(f"c{n}@example.com" for n in range(60))
    assert counts(1).contacts["delivered"] == 60
    contact = Contact.objects.first()
    assert (contact.contacted_at, contact.finished_at, contact.error) == (NOON, NOON, "")
    assert Dispatch.objects.get().state == "finished"
    assert AuditEntry.objects.get(verb="finished").actor == "system"
    assert not DeliveryWorker.objects.exists()


def test_a_refusal_is_failed_and_an_answer_lost_after_the_message_left_is_unknown(sink: Path) -> None:
    people = [customer(name, email=f"{name}@example.com") for name in ("refused", "drop", "ann")]
    launch(*people)
    work(connections=1)
    assert states() == {"refused": "failed", "drop": "unknown", "ann": "delivered"}
    assert Contact.objects.get(state="failed").error == "550 no such user"
    assert Contact.objects.get(state="unknown").error.startswith("SMTPServerDisconnected")
    work(connections=1)
    assert accepted(sink) == ["ann@example.com", "drop@example.com"]


def test_a_message_that_is_put_off_is_tried_three_times_at_growing_distance(sink: Path) -> None:
    launch(customer("later", email="later@example.com"))
    work(NOON)
    contact = Contact.objects.get()
    assert (contact.state, contact.attempts, contact.contacted_at) == ("planned", 1, None)
    assert (contact.due_at, contact.error) == (NOON + timedelta(minutes=5), "451 come again")
    work(NOON + timedelta(minutes=4))
    assert Contact.objects.get().attempts == 1
    work(NOON + timedelta(minutes=5))
    assert Contact.objects.get().due_at == NOON + timedelta(minutes=15)
    work(NOON + timedelta(minutes=15))
    assert (Contact.objects.get().state, Contact.objects.get().error) == ("failed", "451 come again")
    assert Dispatch.objects.get().state == "finished"


def test_a_connection_lost_before_the_message_left_puts_the_contact_back(sink: Path) -> None:
    launch(customer("early", email="early@example.com"))
    with pytest.raises(DomainError, match="The mail server cannot be reached: SMTPServerDisconnected"):
        work(connections=1)
    assert states() == {"early": "planned"}
    assert accepted(sink) == []


def test_without_a_mail_server_nothing_is_handed_over(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    launch(customer("ann"))
    with pytest.raises(DomainError, match="The mail server cannot be reached"):
        work(connections=1)
    assert states() == {"ann": "planned"}
    assert Contact.objects.get().contacted_at is None
    assert not DeliveryWorker.objects.exists()


def test_a_connection_that_the_server_closed_meanwhile_is_opened_anew(sink: Path) -> None:
    """One connection sends two messages; the server has hung up after the first."""
    launch(customer("drop", email="drop@example.com"), customer("ann"))
    work(connections=1)
    assert states() == {"drop": "unknown", "ann": "delivered"}


@pytest.mark.requirement("CAMP-17")
def test_in_quiet_hours_nothing_is_handed_over(outbox: Path) -> None:
    launch(customer("ann"))
    work(utc("2026-03-16 21:00"))
    assert states() == {"ann": "planned"}
    work(utc("2026-03-17 08:00"))
    assert states() == {"ann": "delivered"}


def test_what_is_not_due_waits(outbox: Path) -> None:
    launch(customer("ann"))
    work(NOON - timedelta(seconds=1))
    assert states() == {"ann": "planned"}
    assert Dispatch.objects.get().state == "running"


def test_a_worker_says_what_it_leaves_and_why(outbox: Path) -> None:
    night, later = NOON.replace(hour=22), NOON + timedelta(days=2)
    launch(customer("ann"), customer("bea"), campaign=1)
    services.prepare(campaign_id=2, actor=ALICE)
    admit(customer("cat"), campaign=2, due=later)
    services.start(campaign_id=2, actor=ALICE)
    launch(customer("dan"), campaign=3)
    services.pause(campaign_id=3, actor=ALICE)
    left = run_worker(once=True, connections=1, now=lambda: night)
    assert left.waiting == {"paused": 1, "quiet hours": 2, "not yet due": 1}
    assert (left.quiet_until, left.next_due) == ("08:00", later)
    assert waiting_said(vars(left)) == (
        "1 of paused campaigns, 2 in quiet hours until 08:00, 1 not yet due, the next at 2026-03-18 12:00"
    )
    left = run_worker(once=True, connections=1, now=lambda: NOON)
    assert (left.messages, left.waiting) == ({"delivered": 2}, {"paused": 1, "not yet due": 1})


@pytest.mark.requirement("CAMP-17")
def test_consent_withdrawn_after_the_launch_cancels(outbox: Path) -> None:
    ann, bea = customer("ann"), customer("bea")
    launch(ann, bea)
    agrees(ann, granted=False, on="2026-03-16", source="web")
    work()
    assert states() == {"ann": "cancelled", "bea": "delivered"}
    assert Contact.objects.get(party=ann).error == "consent: refused on 2026-03-16 (web)"


def test_only_running_dispatches_send(outbox: Path) -> None:
    for campaign, (name, verb) in enumerate([("ann", "pause"), ("bea", "stop"), ("cat", None)], start=1):
        launch(customer(name), campaign=campaign)
        if verb:
            getattr(services, verb)(campaign_id=campaign, actor=ALICE)
    work()
    assert states() == {"ann": "planned", "bea": "cancelled", "cat": "delivered"}
    services.resume(campaign_id=1, actor=ALICE)
    work()
    assert states()["ann"] == "delivered"


@contextmanager
def delivering(connections: int) -> Iterator[None]:
    """A worker at work beside the test until the block ends."""
    stop = threading.Event()
    work = partial(run_worker, once=False, connections=connections, now=lambda: NOON, stop=stop)
    worker = threading.Thread(target=work)
    worker.start()
    yield
    stop.set()
    worker.join()


def test_a_pause_takes_effect_within_a_second_and_a_stop_cancels_the_rest(slow_sink: Path) -> None:
    launch(*[customer(f"c{n}") for n in range(200)])
    with delivering(connections=2):
        wait_until(lambda: len(accepted(slow_sink)) >= 10)
        services.pause(campaign_id=1, actor=ALICE)
        time.sleep(1.0)
        sent = len(accepted(slow_sink))
        found = counts(1).contacts
        assert (found["delivered"], found["handed_over"]) == (sent, 0)
        time.sleep(0.5)
        assert len(accepted(slow_sink)) == sent < 150
        services.stop(campaign_id=1, actor=ALICE)
    assert Counter(states().values()) == {"delivered": sent, "cancelled": 200 - sent}


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def test_a_clean_stop_finishes_the_messages_in_hand_and_puts_the_rest_back(sink: Path) -> None:
    launch(*[customer(f"c{n}") for n in range(300)])
    with delivering(connections=3):
        wait_until(lambda: len(accepted(sink)) > 5)
    found = counts(1).contacts
    assert found["delivered"] == len(accepted(sink))
    assert found["delivered"] + found["planned"] == 300
    assert not DeliveryWorker.objects.exists()


def test_work_of_a_dead_worker_is_taken_over_but_what_it_had_handed_over_is_never_sent_again(
    sink: Path,
) -> None:
    ann, bea, cat = customer("ann"), customer("bea"), customer("cat")
    launch(ann, bea, cat)
    dead = DeliveryWorker.objects.create(name="elsewhere:1:x", started_at=NOON, lease_until=clock.now())
    Contact.objects.filter(party=ann).update(state="handed_over", worker=dead.name, line=0, contacted_at=NOON)
    Contact.objects.filter(party=bea).update(state="claimed", worker=dead.name)
    work()
    assert states() == {"ann": "unknown", "bea": "delivered", "cat": "delivered"}
    assert accepted(sink) == ["bea@example.com", "cat@example.com"]
    assert Contact.objects.get(party=ann).error == "the worker died before the channel had answered"


def test_a_living_worker_is_left_alone(outbox: Path) -> None:
    launch(customer("ann"))
    other = DeliveryWorker.objects.create(
        name="elsewhere:1:x", started_at=NOON, lease_until=clock.now() + timedelta(seconds=20)
    )
    Contact.objects.update(state="claimed", worker=other.name)
    work()
    assert states() == {"ann": "claimed"}


def test_a_worker_that_was_taken_for_dead_writes_nothing_more(sink: Path) -> None:
    """Its lease is taken while it delivers; it must stop with an error and leave the ledger as the other left it."""
    launch(*[customer(f"c{n}") for n in range(400)])

    def told(step: str, done: int, total: int) -> None:
        if done:
            DeliveryWorker.objects.update(lease_until=NOON)
            workers.recover(at=NOON)
            frozen.update(Contact.objects.values_list("pk", "state"))

    frozen: dict[int, str] = {}
    with pytest.raises(workers.LeaseLost, match="taken for dead"):
        run_worker(once=False, connections=2, now=lambda: NOON, on_progress=told)
    assert dict(Contact.objects.values_list("pk", "state")) == frozen
    assert Counter(frozen.values())["handed_over"] == 0
    assert len(accepted(sink)) == len(set(accepted(sink)))


def test_jobs_run_first_and_what_they_admit_is_delivered(outbox: Path) -> None:
    registry.job_kinds["launch of a test"] = JobKind(
        "launch of a test", lambda job: launch(customer("ann")) or {}
    )
    try:
        enqueue("launch of a test", "1", {}, SYSTEM)
        work()
    finally:
        del registry.job_kinds["launch of a test"]
    assert Job.objects.get().state == "done"
    assert states() == {"ann": "delivered"}


def test_the_outbox_holds_one_readable_file_per_message(outbox: Path) -> None:
    launch(customer("ann", name="王伟"), subject="您好 $name", body="Dear $name, $offer costs $$5")
    work()
    (file,) = outbox.iterdir()
    assert file.name.endswith("@example.com.eml")
    mail = read_mail(file)
    assert (mail["Subject"], mail["To"]) == ("您好 王伟", "ann@example.com")
    assert mail["Date"] == "Mon, 16 Mar 2026 12:00:00 +0000"
    assert mail.get_content() == "Dear 王伟, $offer costs $5"


def read_mail(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=policy.default)


@pytest.mark.parametrize("name", ["Eve\nBcc: all@example.com", "Eve\r\n\r\nbody", "E\u2028v\x0be"])
def test_a_name_cannot_add_a_header(outbox: Path, name: str) -> None:
    launch(customer("eve", name=name))
    work()
    (file,) = outbox.iterdir()
    mail = read_mail(file)
    assert (mail["Bcc"], mail["To"]) == (None, "eve@example.com")
    assert mail["Subject"].startswith("Hello E")
    assert states() == {"eve": "delivered"}


def test_an_address_that_cannot_be_written_is_failed(outbox: Path) -> None:
    launch(customer("eve", email="eve@example.com\nBcc: all@example.com"))
    work()
    assert states() == {"eve": "failed"}
    assert "newlines" in Contact.objects.get().error


def test_the_name_is_the_customers_own_before_that_of_a_merged_record(outbox: Path) -> None:
    ann, bea = customer("ann"), customer("bea", name="Bea")
    merged(bea, ann)
    launch(ann)
    work()
    (file,) = outbox.iterdir()
    assert read_mail(file)["Subject"] == "Hello Bea"


def test_a_channel_without_gateway_fails_with_the_reason(outbox: Path) -> None:
    ann = customer("ann")
    agrees(ann, channel="sms")
    address(ann, "+8613800138000", kind="mobile")
    services.prepare(campaign_id=1, actor=ALICE)
    admit(ann, channel="sms")
    services.start(campaign_id=1, actor=ALICE)
    work()
    contact = Contact.objects.get()
    assert (contact.state, contact.error) == ("failed", "no gateway for channel sms")
    assert contact.contacted_at is None


def test_a_cell_without_a_message_fails_with_the_reason(outbox: Path) -> None:
    services.prepare(campaign_id=1, actor=ALICE)
    admit(customer("ann"))
    services.start(campaign_id=1, actor=ALICE)
    work()
    assert Contact.objects.get().error == "cell a has no message"
