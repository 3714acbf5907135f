"""Modules for a Rasa that is started here: its `PYTHONPATH` begins with this folder."""
