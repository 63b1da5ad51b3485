"""What the frame of every page asks for: the menu, work under way, help, taking something back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from guanxi.desk.frame.menu import menu
from guanxi.shell.returning import back
from guanxi.shell.toasts import take_back
from guanxi.shell.typed import whole_number
from guanxi.shell.work import ended, under_way
from guanxi.staff.access import Request, signed_in


@require_safe
@signed_in
def find(request: Request) -> HttpResponse:
    """The menu of customers, pages and actions: a part for the dialog, a page of its own without scripts."""
    wanted = request.GET.get("wanted", "").replace("\0", "").strip()
    groups = menu(request.user, wanted, only_new=request.GET.get("only") == "new")
    template = "desk/frame/menu_found.html" if request.htmx else "desk/frame/menu.html"
    return render(request, template, {"groups": groups, "wanted": wanted})


@require_safe
@signed_in
def work(request: Request) -> HttpResponse:
    """What runs now, and how the jobs that the page was watching have ended."""
    named = map(whole_number, request.GET.get("watched", "").split(","))
    watched = [number for number in named if number is not None]
    shown = {"work": under_way(request.user), "ended": ended(request.user, watched)}
    return render(request, "shell/work_answer.html", shown)


@require_safe
@signed_in
def keys(request: Request) -> HttpResponse:
    """Every key, and what it does."""
    template = "shell/keys_list.html" if request.htmx else "shell/keys.html"
    return render(request, template)


@require_POST
@signed_in
def undo(request: Request) -> HttpResponse:
    """Take back what a message offered to take back, and return to where it was shown."""
    messages.success(request, take_back(request.POST.get("offer", ""), request.user))
    return back(request)
