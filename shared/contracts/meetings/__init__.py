"""What the meetings service publishes: bodies and their people, proposals, meetings planned and held, and what was done in them.

Each says whether the meeting or item is public. What is not travels on the internal topic for services only:
whoever shows or sends something to the public has to ask `public` first.
"""
