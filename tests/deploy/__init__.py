"""What containers are made from, without making any."""
