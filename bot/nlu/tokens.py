"""spaCy's tokens: the rules of a language, no statistical model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


def load_language(code: str) -> Language:
    """Return spaCy's blank pipeline for a language code. Raises `ModelError` for one it does not know."""
    # Not at the top of the file: processes that never parse should not pay for it (40 MB).
    import spacy  # noqa: PLC0415 - see above

    try:
        return spacy.blank(code)
    except ImportError as error:
        raise ModelError(
            f"config.yml: language {code!r} is none that spaCy knows; write `xx` for any other language",
        ) from error


def get_token_spans(doc: Doc) -> tuple[tuple[int, int], ...]:
    """Return (start, end) in code points of every token that is not just blanks."""
    return tuple((token.idx, token.idx + len(token)) for token in doc if not token.is_space)
