"""config.yml, domain.yml, nlu_data/ ↔ our types; names file and line when wrong."""
