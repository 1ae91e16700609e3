"""The pages, one module for each noun; `services/portal/app.py` lists them."""
