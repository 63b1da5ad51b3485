from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "guanxi.customers"

    def ready(self) -> None:
        from guanxi.customers import registrations

        registrations.fill()
