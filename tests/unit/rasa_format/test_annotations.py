from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.understanding import Entity
from bot.rasa_format.annotations import AnnotatedText, BadAnnotation, has_annotations, parse_annotations

plain = st.text(alphabet=st.characters(exclude_characters="[]{}()\n", codec="utf-8"), max_size=12)
words = st.text(alphabet="abcé 😀-_1", min_size=1, max_size=8)
names = st.text(alphabet="abc_", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("written", "text", "entities"),
    [
        ("nothing here", "nothing here", []),
        ("to [Rome](city)", "to Rome", [("city", "Rome", 3, 7, None, None)]),
        ("to [rome](city:Rome)", "to rome", [("city", "Rome", 3, 7, None, None)]),
        (
            '[LA]{"entity": "city", "value": "Los Angeles"}!',
            "LA!",
            [("city", "Los Angeles", 0, 2, None, None)],
        ),
        ('[a]{"entity": "c", "role": "r", "group": "g"}', "a", [("c", "a", 0, 1, "r", "g")]),
        (
            '[two][{"entity": "n", "value": 2}, {"entity": "size"}] [b](x)',
            "two b",
            [("n", 2, 0, 3, None, None), ("size", "two", 0, 3, None, None), ("x", "b", 4, 5, None, None)],
        ),
        ("[a] (b)", "[a] (b)", []),
        ("[](b)", "[](b)", []),
        ("[a]()", "[a]()", []),
        ("[a](:b)", "[a](:b)", []),
        ("[a](b:)", "[a](b:)", []),
        ("[a[b](c)", "a[b", [("c", "a[b", 0, 3, None, None)]),
        ("[a][]", "a", []),
    ],
)
def test_annotations_are_read(written: str, text: str, entities: list[tuple[object, ...]]) -> None:
    found = parse_annotations(written)

    assert found.text == text
    assert [(e.entity, e.value, e.start, e.end, e.role, e.group) for e in found.entities] == entities


@pytest.mark.parametrize(
    "written",
    [
        "[a]{entity: b}",
        '[a]{"role": "b"}',
        '[a]{"entity": 1}',
        '[a]{"entity": "b", "value": true}',
        '[a]{"entity": "b", "value": NaN}',
        '[a]{"entity": "b", "role": null}',
        '[a][{"entity": "b"}, {nonsense}]',
    ],
)
def test_bad_annotation_is_refused(written: str) -> None:
    with pytest.raises(BadAnnotation):
        parse_annotations(written)


@given(st.text(alphabet='ab[](){}":, entity', max_size=40))
def test_any_text_is_read_or_refused(written: str) -> None:
    try:
        found = parse_annotations(written)
    except BadAnnotation:
        assert has_annotations(written)
    else:
        assert len(found.text) <= len(written)
        assert all(found.text[e.start : e.end] for e in found.entities)


@st.composite
def annotated_texts(draw: st.DrawFn) -> AnnotatedText:
    text, entities = draw(plain), []
    for value in draw(st.lists(words, max_size=3)):
        start = len(text)
        entity = Entity(
            entity=draw(names),
            value=draw(st.just(value) | words),
            start=start,
            end=start + len(value),
            role=draw(st.none() | names),
            group=draw(st.none() | names),
        )
        text += value + draw(plain)
        entities.append(entity)
    return AnnotatedText(text=text, entities=tuple(entities))


def write(annotated: AnnotatedText) -> str:
    parts, position = [], 0
    for entity in annotated.entities:
        covered = annotated.text[entity.start : entity.end]
        parts.append(f"{annotated.text[position : entity.start]}[{covered}]{attributes(entity, covered)}")
        position = entity.end or 0
    return "".join((*parts, annotated.text[position:]))


def attributes(entity: Entity, covered: str) -> str:
    if entity.role is None and entity.group is None:
        return f"({entity.entity})" if entity.value == covered else f"({entity.entity}:{entity.value})"
    fields = {"entity": entity.entity, "value": entity.value, "role": entity.role, "group": entity.group}
    return json.dumps({name: value for name, value in fields.items() if value is not None})


@given(annotated_texts())
def test_written_annotations_read_back_the_same(annotated: AnnotatedText) -> None:
    assert parse_annotations(write(annotated)) == annotated
