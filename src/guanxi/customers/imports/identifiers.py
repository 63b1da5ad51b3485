"""Which columns of a customer file say who somebody is. Their facts never reach the analytic copy (rule 1).

A column is judged by its name, by what its values look like and by how many of them are alike. Where the judgement is
wrong, the importer says so (--not-identifying).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from guanxi.foundation.engine.duck import Duck, identifier, rows

NAMES = frozenset(
    {
        "name", "surname", "firstname", "lastname", "fullname", "nickname", "email", "emails", "mail", "phone",
        "phones", "mobile", "cell", "cellphone", "tel", "telephone", "fax", "address", "street", "passport", "ssn",
        "iban", "bic", "wechat", "weixin", "whatsapp", "telegram", "skype", "qq", "facebook", "instagram", "twitter",
        "linkedin", "card", "account", "contact", "licence", "license", "plate", "imei", "mac", "ip",
    }
)  # fmt: skip
CHINESE_NAMES = "|".join(
    (
        "姓名", "名字", "昵称", "邮箱", "邮件", "手机", "电话", "传真", "地址", "住址", "联系", "微信",
        "身份证", "证件", "护照", "银行卡", "卡号", "账号", "帐号", "车牌",
    )
)  # fmt: skip
KEYS = frozenset({"id", "key", "uuid", "guid", "no", "nr", "number", "编号", "号码", "号"})
EMAIL = r"[^\s@]+@[^\s@]+\.[^\s@]{2,}"
PHONE = r"^(\+[0-9][0-9 ()./-]{6,}[0-9]|0[0-9 ()./-]{6,}[0-9]|\(?[0-9]{2,4}[)/ .-][0-9 ./-]{5,}[0-9]|1[3-9][0-9]{9})$"
DOCUMENT = r"^([0-9]{17}[0-9Xx]|[0-9]{13,19}|[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})$"
DATE = r"^[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}"
MANY = 20
"""So many values must there be before how many are alike says anything."""


@dataclass(frozen=True)
class _Values:
    """What the values of a column look like: how many, how many different, and shares of them."""

    count: int
    distinct: int
    numbers: float
    dates: float
    emails: float
    phones: float
    documents: float
    longest_number: int

    @property
    def is_category(self) -> bool:
        """A few values, each of many people."""
        return self.distinct <= MANY and self.count >= 3 * self.distinct

    @property
    def is_measure(self) -> bool:
        """Numbers too short to name anybody, such as a count or an amount."""
        return self.numbers == 1 and self.longest_number < 7

    @property
    def nearly_unique(self) -> bool:
        return self.count >= MANY and self.distinct >= 0.9 * self.count


def identifying_columns(duck: Duck, table: str, labels: dict[str, str]) -> dict[str, str]:
    """Column → why it says who somebody is, for those columns of a table that do. `labels`: column → name in the file.

    >>> from guanxi.foundation.engine.duck import workspace
    >>> with workspace() as duck:
    ...     _ = duck.execute("CREATE TABLE t AS SELECT 'a@b.org' AS x1, 'Rome' AS x2, '+39 06 12345' AS x3")
    ...     identifying_columns(duck, "t", {"x1": "note", "x2": "town", "x3": "home_phone"})
    {'x1': 'e-mail addresses', 'x3': 'its name'}
    """
    judged = {column: _judged(label, _look(duck, table, column)) for column, label in labels.items()}
    return {column: why for column, why in judged.items() if why}


def _judged(label: str, values: _Values) -> str:
    if not values.count:
        return ""
    if values.emails >= 0.01:
        return "e-mail addresses"
    if values.phones >= 0.5:
        return "phone numbers"
    if values.documents >= 0.5:
        return "numbers of documents or accounts"
    if values.is_category or values.is_measure:
        return ""
    words = _words(label)
    if NAMES & set(words) or re.search(CHINESE_NAMES, label):
        return "its name"
    if (
        values.nearly_unique
        and not values.dates
        and (values.numbers < 1 or (words[-1:] and words[-1] in KEYS))
    ):
        return "nearly every customer has another value"
    return ""


def _words(label: str) -> list[str]:
    """'homePhone_2' → home, phone, 2."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", label)
    return [word for word in re.split(r"[\W_]+", spaced.lower()) if word]


def _look(duck: Duck, table: str, column: str) -> _Values:
    text = f"trim(CAST({identifier(column)} AS VARCHAR))"
    number = f"isfinite(TRY_CAST({text} AS DOUBLE)) IS TRUE"
    ((count, *rest),) = rows(
        duck,
        f"""SELECT count(*), count(DISTINCT {text}), avg(({number})::INT), avg(regexp_matches({text}, '{DATE}')::INT),
                   avg(regexp_matches({text}, '{EMAIL}')::INT), avg(regexp_matches({text}, '{PHONE}')::INT),
                   avg(regexp_matches({text}, '{DOCUMENT}')::INT),
                   max(length(regexp_replace(split_part({text}, '.', 1), '[^0-9]', '', 'g')))
            FROM {table} WHERE {identifier(column)} IS NOT NULL""",
    )
    return _Values(count, *(number or 0 for number in rest))
