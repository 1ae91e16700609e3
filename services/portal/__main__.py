"""`python -m services.portal api|worker|all`: the portal's process in the scaled form."""

from services.portal.service import SERVICE
from shared.run import main

if __name__ == "__main__":
    main(SERVICE)
