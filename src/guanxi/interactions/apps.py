from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "guanxi.interactions"

    def ready(self) -> None:
        from guanxi.interactions import registrations

        registrations.fill()
