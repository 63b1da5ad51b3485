"""What the frame of every page asks for: taking something back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from guanxi.shell.returning import back
from guanxi.shell.toasts import take_back
from guanxi.staff.access import Request, signed_in


@require_POST
@signed_in
def undo(request: Request) -> HttpResponse:
    """Take back what a message offered to take back, and return to where it was shown."""
    messages.success(request, take_back(request.POST.get("offer", ""), request.user))
    return back(request)
