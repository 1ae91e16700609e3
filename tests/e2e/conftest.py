"""The scaled form's processes, as the fault tests start them."""

from tests.faults.conftest import town

__all__ = ["town"]
