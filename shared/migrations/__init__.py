"""The databases' schemas, one chain of alembic revisions in raw SQL per kind of database; `shared/migrate.py` runs them."""
