"""Where names stand in lists; names that are there already get their places."""

from itertools import groupby

import django.db.models.deletion
from django.db import migrations, models

from guanxi.customers.names import sort_key

AT_A_TIME = 2000


def place_names(apps, schema_editor):
    """The place of every name, noted with the import that brought it, so that it takes it back."""
    Fact = apps.get_model('customers', 'Fact')
    names = Fact.objects.filter(attribute__code='name').order_by('batch_id', 'id')
    found = names.values_list('batch_id', 'id', 'value_text').iterator(chunk_size=AT_A_TIME)
    for batch_id, facts in groupby(found, key=lambda fact: fact[0]):
        written = list(_written(apps, batch_id, facts))
        if batch_id and written:
            _note(apps.get_model('customers', 'ImportBatch').objects.get(pk=batch_id), written)


def _written(apps, batch_id, facts):
    NamePlace = apps.get_model('customers', 'NamePlace')
    places = []
    for _, fact_id, name in facts:
        places.append(NamePlace(key=sort_key(name), fact_id=fact_id, batch_id=batch_id))
        if len(places) >= AT_A_TIME:
            yield from (place.pk for place in NamePlace.objects.bulk_create(places))
            places = []
    yield from (place.pk for place in NamePlace.objects.bulk_create(places))


def _note(batch, written):
    """As an import notes what it loaded (guanxi.customers.imports.preparing)."""
    batch.staged.append(
        {
            'action': 'append', 'model': 'customers.NamePlace', 'file': '', 'rows': len(written),
            'loaded': len(written), 'id_column': 'id', 'first_id': written[0], 'last_id': written[-1],
        }
    )
    batch.save(update_fields=['staged'])


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_name_tokens'),
    ]

    operations = [
        migrations.CreateModel(
            name='NamePlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=130)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.importbatch')),
                ('fact', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.fact')),
            ],
        ),
        migrations.RunPython(place_names, migrations.RunPython.noop),
    ]
