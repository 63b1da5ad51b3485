from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "guanxi.desk"

    def ready(self) -> None:
        from guanxi.desk import registrations

        registrations.fill()
