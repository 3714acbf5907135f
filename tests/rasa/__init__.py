"""The native dialogue held against real Rasa 3.6.21 (`make test-rasa`)."""
