"""The API as one object, and its description for programs."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.operation import Operation

from guanxi.api import batches, campaigns, customers, insight, jobs
from guanxi.api.errors import handle_errors

PREFIX = "/api/v1"
DESCRIPTION = """The same services and the same permissions as the pages. Send a token with every request:
`Authorization: Bearer gx_…`. Money is in whole minor units of `currency`, instants are in UTC, and every error is
`{"error": {"code", "message", "where"}}` in the language of Accept-Language."""


class Api(NinjaAPI):
    """Operations are called by the names of their functions."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)


api = Api(title="Guanxi", version="1", description=DESCRIPTION, docs_url=None, openapi_url=None)
handle_errors(api)
api.add_router("/customers", customers.router)
api.add_router("/insight", insight.router)
api.add_router("/batches", batches.router)
api.add_router("/campaigns", campaigns.router)
api.add_router("/jobs", jobs.router)


def description() -> dict[str, Any]:
    """The API in the words of OpenAPI 3.1."""
    return dict(api.get_openapi_schema(path_prefix=f"{PREFIX}/"))
