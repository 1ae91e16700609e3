"""The portal's frame, its pages over services that answer what the test says, and its words."""
