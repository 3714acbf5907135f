"""The demo brand's actions: what Lyra Audio's assistant does beyond saying a fixed response.

They know `rasa_sdk` and nothing of Visavis, so Rasa's own action server runs them too.
"""
