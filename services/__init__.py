"""The services of a city: each owns its facts and hears of the others through contracts only."""
