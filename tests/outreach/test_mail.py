import pytest
from django.core.mail import EmailMessage

from guanxi.outreach.delivery.mail import PlainMail

LONG = "An offer that goes on and on, and is longer than a line of a header may ever be in a letter"


@pytest.mark.parametrize("linesep", ["\n", "\r\n"])
@pytest.mark.parametrize("subject", ["Hello", "您好 王伟", LONG, f"您好 {LONG}", "x" * 200, ""])
@pytest.mark.parametrize(
    "body",
    [
        "Dear Ann",
        "王伟:\n",
        "a\r\nb\rc\n\n",
        "From me\n.\n..",
        "x" * 1200,
        f"王\n{'长' * 700}",
        "",
        " \n",
        "\t",
    ],
)
@pytest.mark.parametrize("to", ["ann@example.com", "王@例子.中国", '"Ann, A." <ann@example.com>'])
def test_the_bytes_are_those_of_django(subject: str, body: str, to: str, linesep: str) -> None:
    headers = {"Message-ID": "<1@example.com>", "Date": "Mon, 16 Mar 2026 12:00:00 +0000"}
    ours, djangos = (
        mail(subject=subject, body=body, from_email="guanxi@example.com", to=[to], headers=headers).message()
        for mail in (PlainMail, EmailMessage)
    )
    assert ours.as_bytes(linesep=linesep) == djangos.as_bytes(linesep=linesep)
