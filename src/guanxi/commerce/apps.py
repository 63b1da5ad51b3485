from django.apps import AppConfig


class CommerceConfig(AppConfig):
    name = "guanxi.commerce"

    def ready(self) -> None:
        from guanxi.commerce import registrations

        registrations.fill()
