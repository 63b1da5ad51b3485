from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "guanxi.campaigns"

    def ready(self) -> None:
        from guanxi.campaigns import registrations

        registrations.fill()
