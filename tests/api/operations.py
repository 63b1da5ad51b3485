"""Every operation of the API, with an address and a body that fit it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.calling import Program

from guanxi.api.v1 import api
from guanxi.staff.roles import May

PLACES = {
    "{public_id}": "nobody", "{code}": "nothing", "{role}": "target", "{job_id}": "4711", "{int:batch_id}": "4711",
    "{kind}": "orders",
}  # fmt: skip
BODIES: dict[str, Any] = {
    "/campaigns": {"code": "x"},
    "/campaigns/{code}/close": {"analysis": "a", "lesson": "b"},
}


@dataclass(frozen=True)
class Operation:
    """One way in, and the permission that it declares."""

    method: str
    path: str
    may: May

    def call(self, program: Program) -> Any:
        """Use it; whatever it is used on is not there."""
        address = self.path
        for place, sample in PLACES.items():
            address = address.replace(place, sample)
        if self.method == "GET":
            return program.get(address)
        if self.path == "/batches/{kind}":
            return program.post(address, "{}\n", kind="application/x-ndjson", Idempotency_Key="k")
        return program.post(address, BODIES.get(self.path))


def operations() -> Iterator[Operation]:
    for bound in api._get_bound_routers():
        for path, view in bound.path_operations.items():
            for each in view.operations:
                (rule,) = each.auth_callbacks
                for method in each.methods:
                    yield Operation(method, f"/{bound.prefix.strip('/')}{path}", rule.permission)


ALL = list(operations())
