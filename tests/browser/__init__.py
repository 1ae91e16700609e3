"""The portal as people meet it: in a real browser, on the embedded form with the story told."""
