"""The spine that services stand on; it knows no service."""
