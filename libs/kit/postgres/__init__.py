"""PostgreSQL: pool, tenant context, named queries, migrations, roles."""
