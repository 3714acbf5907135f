"""Text → `Understanding`: intent with calibrated confidence, entities, tokens.

Training: `train_nlu` → `NluModel` → files of an archive (`archive`, `provenance`).
Serving: `Interpreter` (a queue) → `Reader` → `Encoder`, `IntentHead`, `EntityFinder`.
Only training imports scikit-learn and SciPy.
"""
