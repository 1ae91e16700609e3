"""What was stored or published once has to be readable forever."""
