"""What several tests stand on: servers, a faulty network."""
