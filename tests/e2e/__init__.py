"""Stories told from end to end, in every form in which the services run."""
