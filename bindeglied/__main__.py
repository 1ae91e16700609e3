"""`python -m bindeglied`."""

from bindeglied.cli import app

if __name__ == "__main__":
    app(prog_name="bindeglied")
