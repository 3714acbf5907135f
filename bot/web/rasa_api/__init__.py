"""Rasa's HTTP API, as far as its clients need it: change the address and they go on working."""
