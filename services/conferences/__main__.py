"""`python -m services.conferences api|worker|all`: this service's process in the scaled form."""

from services.conferences.service import SERVICE
from shared.run import main

if __name__ == "__main__":
    main(SERVICE)
