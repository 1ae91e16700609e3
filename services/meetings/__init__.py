"""What a body's meetings are: who meets how often, what is invited, what was held."""
