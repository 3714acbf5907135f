"""The composition root: the only place that builds concrete things from `Settings`.

`stores` opens PostgreSQL and the bus, `project` reads the brand's files, `models` trains and keeps
models, `serving` is the engine of whichever model is released, `service` puts a process together,
`roles` runs it. `commands` is what the smaller commands of the CLI do.
"""
