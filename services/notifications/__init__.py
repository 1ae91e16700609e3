"""The notifications service: who wants, and who has to be told what; which letters follow, and what became of each."""
