"""The native engine: our NLU, the dialogue in `bot.dialogue`, and the project's actions in this process."""
