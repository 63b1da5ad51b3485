from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0002_thresholds"),
    ]

    operations = [
        migrations.AddField(
            model_name="replicatable",
            name="definition",
            field=models.CharField(default="", max_length=64),
        ),
    ]
