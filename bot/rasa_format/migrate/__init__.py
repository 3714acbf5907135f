"""An existing Rasa project's files → files that run here, and what to say of it. Pure: no file is touched."""
