from django.db import migrations
from django.utils import timezone

from alerts.rules.builtin import BUILT_IN
from alerts.rules.definition import signal_version


def put_in(apps, _schema_editor):
    """Put in the signals whose slug nobody has taken; what is there stays."""
    Signal = apps.get_model("alerts", "Signal")
    known = dict(Signal.objects.values_list("slug", "pk"))
    missing = [one for one in BUILT_IN if one.slug not in known]
    for one in missing:
        known[one.slug] = _create(apps, one)
    for one in missing:
        if one.mirror in known:
            Signal.objects.filter(slug=one.slug).update(mirror_id=known[one.mirror])


def _create(apps, built_in):
    definition = {
        "expression": built_in.expression,
        "closes_when": built_in.closes_when,
        "false_closes": built_in.false_closes,
        "cool_down_minutes": built_in.cool_down_minutes,
        "escalate_step": built_in.escalate_step,
        "leaves_out_stable": True,
        "is_enabled": True,
    }
    version = signal_version(definition)
    signal = apps.get_model("alerts", "Signal").objects.create(
        slug=built_in.slug,
        name=built_in.name,
        side=str(built_in.side),
        description=built_in.description,
        version=version,
        **definition,
    )
    apps.get_model("alerts", "SignalVersion").objects.create(
        signal=signal, version=version, definition=definition, since=timezone.now()
    )
    apps.get_model("alerts", "RuleChange").objects.create(number=-signal.pk)
    return signal.pk


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0001_rules_and_deliveries'),
    ]

    operations = [
        migrations.RunPython(put_in, migrations.RunPython.noop, elidable=False),
    ]
