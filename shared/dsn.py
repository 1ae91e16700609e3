"""Where a database is: takes a PostgreSQL address apart and puts it together for another database or role."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit, urlunsplit


def with_database(dsn: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{quote(name, safe='')}"))


def with_role(dsn: str, role: str, password: str | None = None) -> str:
    """The same server and database, another role."""
    parts = urlsplit(dsn)
    secret = "" if password is None else f":{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}{secret}@{parts.netloc.rpartition('@')[2]}"))


def database_of(dsn: str) -> str:
    """The name of the database that an address leads to."""
    return unquote(urlsplit(dsn).path.removeprefix("/"))


def password_of(dsn: str) -> str | None:
    """The password in an address, if there is one."""
    secret = urlsplit(dsn).password
    return None if secret is None else unquote(secret)
