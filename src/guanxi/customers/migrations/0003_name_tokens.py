"""By what names and numbers are found; names that are there already get their tokens."""

from itertools import groupby

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from guanxi.customers.names import ways_to_write

AT_A_TIME = 2000


def index_names(apps, schema_editor):
    """Tokens of every name, noted with the import that brought it, so that it takes them back."""
    Fact = apps.get_model('customers', 'Fact')
    names = Fact.objects.filter(attribute__code='name').order_by('batch_id', 'id')
    found = names.values_list('batch_id', 'id', 'value_text').iterator(chunk_size=AT_A_TIME)
    for batch_id, facts in groupby(found, key=lambda fact: fact[0]):
        written = list(_written(apps, batch_id, facts))
        if batch_id and written:
            _note(apps.get_model('customers', 'ImportBatch').objects.get(pk=batch_id), written)


def _written(apps, batch_id, facts):
    NameToken = apps.get_model('customers', 'NameToken')
    tokens = []
    for _, fact_id, name in facts:
        tokens += [NameToken(token=token, fact_id=fact_id, batch_id=batch_id) for token in ways_to_write(name)]
        if len(tokens) >= AT_A_TIME:
            yield from (token.pk for token in NameToken.objects.bulk_create(tokens))
            tokens = []
    yield from (token.pk for token in NameToken.objects.bulk_create(tokens))


def _note(batch, written):
    """As an import notes what it loaded (guanxi.customers.imports.preparing)."""
    batch.staged.append(
        {
            'action': 'append', 'model': 'customers.NameToken', 'file': '', 'rows': len(written),
            'loaded': len(written), 'id_column': 'id', 'first_id': written[0], 'last_id': written[-1],
        }
    )
    batch.save(update_fields=['staged'])


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_assignment'),
    ]

    operations = [
        migrations.CreateModel(
            name='NameToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=60)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.importbatch')),
                ('fact', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.fact')),
            ],
        ),
        migrations.AddIndex(
            model_name='nametoken',
            index=models.Index(fields=['token', '-fact', 'batch'], name='name_token', opclasses=['varchar_pattern_ops', 'int8_ops', 'int8_ops']),
        ),
        migrations.RunPython(index_names, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name='contactpoint',
            name='contact_point_value',
        ),
        migrations.AddIndex(
            model_name='contactpoint',
            index=models.Index(fields=['value', 'kind'], name='contact_point_value', opclasses=['varchar_pattern_ops', 'varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='contactpoint',
            index=models.Index(django.db.models.functions.text.Right('value', 4), condition=models.Q(('kind', 'mobile')), name='contact_point_tail'),
        ),
    ]
