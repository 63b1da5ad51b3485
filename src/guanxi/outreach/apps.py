from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "guanxi.outreach"

    def ready(self) -> None:
        from guanxi.outreach import registrations

        registrations.fill()
