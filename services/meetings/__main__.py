"""`python -m services.meetings api|worker|all`: this service's processes in the scaled form."""

from __future__ import annotations

from services.meetings.service import SERVICE
from shared.run import main

if __name__ == "__main__":
    main(SERVICE)
