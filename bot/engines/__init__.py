"""What answers a customer. `engine.py` is the interface; `native` is the default."""
