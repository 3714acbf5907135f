from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.ngrams import learn_vocabulary

TEXTS = [
    "Where is my parcel?",
    "where IS it, where is it!!",
    "hi 👋",
    "Ümläut größe  straße",
    "a b",
    "refund please, please refund",
]


def test_vectorise_gives_the_values_of_scikit_learn() -> None:
    words = TfidfVectorizer(ngram_range=(1, 2))
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))
    vocabulary = learn_vocabulary(TEXTS)
    for kind, oracle in (("w:", words), ("c:", characters)):
        expected = oracle.fit_transform(TEXTS).toarray()
        for row, text in enumerate(TEXTS):
            vector = vocabulary.vectorise(text)
            dense = np.zeros(len(vocabulary.weights))
            dense[vector.columns] = vector.values
            ours = [dense[vocabulary.columns[kind + gram]] for gram in oracle.get_feature_names_out()]
            assert ours == pytest.approx(expected[row].tolist(), abs=1e-6)


@given(st.text(max_size=60))
def test_vectorise_any_text_gives_finite_values_of_bounded_length(text: str) -> None:
    vector = learn_vocabulary(TEXTS).vectorise(text)
    assert len(set(vector.columns.tolist())) == len(vector.columns)
    assert np.isfinite(vector.values).all()
    assert float((vector.values**2).sum()) <= 2 + 1e-5


def test_vectorise_of_unknown_words_is_empty() -> None:
    assert len(learn_vocabulary(TEXTS).vectorise("щ").columns) == 0
