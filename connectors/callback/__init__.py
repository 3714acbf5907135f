"""Rasa's callback channel: said by REST, answered at an address of the caller's."""
