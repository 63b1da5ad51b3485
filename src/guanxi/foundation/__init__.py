"""Clock, ids, money, audit, jobs, files, registry, engine: what every room stands on."""
