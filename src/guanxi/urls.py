"""Where every page lives."""

from __future__ import annotations

from django.urls import include, path

from guanxi.desk.home import views as start
from guanxi.desk.letters import views as letters
from guanxi.desk.settings import tokens
from guanxi.desk.work import views as work

handler403 = "guanxi.shell.errors.not_allowed"
handler404 = "guanxi.shell.errors.not_found"

urlpatterns = [
    path("", start.home, name="home"),
    path("language/", start.language, name="language"),
    path("", include("guanxi.desk.frame.urls")),
    path("jobs/", work.job_list, name="jobs"),
    path("jobs/<int:job_id>/cancel/", work.job_cancel, name="job_cancel"),
    path("audit/", work.audit_list, name="audit"),
    path("settings/", include("guanxi.desk.settings.urls")),
    path("u/<str:token>", letters.unsubscribe, name="unsubscribe"),
    path("c/<str:token>", letters.click, name="click"),
    path("customers/", include("guanxi.desk.customers.urls")),
    path("insight/", include("guanxi.desk.insight.urls")),
    path("campaigns/", include("guanxi.desk.campaigns.urls")),
    path("imports/", include("guanxi.desk.imports.urls")),
    path("api/v1/", include("guanxi.api.urls")),
    path("accounts/tokens/", tokens.token_list, name="tokens"),
    path("accounts/tokens/<int:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
