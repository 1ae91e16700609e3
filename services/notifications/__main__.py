"""`python -m services.notifications api|worker|all`: this service's process in the scaled form."""

from services.notifications.service import SERVICE
from shared.run import main

if __name__ == "__main__":
    main(SERVICE)
