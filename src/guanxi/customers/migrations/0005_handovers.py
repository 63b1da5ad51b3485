"""Imports may say who looks after customers; what was so before comes back when they are undone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REMEMBERED = {'db_constraint': False, 'db_index': False, 'on_delete': django.db.models.deletion.DO_NOTHING, 'related_name': '+'}


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0004_name_places'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='batch',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.importbatch'),
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before_by', models.CharField(blank=True, max_length=100)),
                ('before_at', models.DateTimeField(null=True)),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.importbatch')),
                ('before_batch', models.ForeignKey(**REMEMBERED, null=True, to='customers.importbatch')),
                ('before_owner', models.ForeignKey(**REMEMBERED, null=True, to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(**REMEMBERED, to=settings.AUTH_USER_MODEL)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='customers.party')),
            ],
        ),
    ]
