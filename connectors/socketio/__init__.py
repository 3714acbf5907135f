"""Rasa's socket.io channel, for widgets made for it."""
