from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "guanxi.webhooks"

    def ready(self) -> None:
        from guanxi.webhooks import registrations

        registrations.fill()
