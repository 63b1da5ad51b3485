from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "guanxi.insight"

    def ready(self) -> None:
        from guanxi.insight import registrations

        registrations.fill()
