"""The API `/api/v1`: the same services and the same permissions as the pages, for programs."""
