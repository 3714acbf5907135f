from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from openvino import Type

from bot.domain.pipeline import EncoderSpec, PipelineSpec
from bot.errors import ModelDamaged, ModelError, ModelMissing
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import IDENTITY, ROUNDED, TOKENIZER, find_encoder_file
from bot.nlu.encoders import EncoderShelf, identify_encoder, open_chosen_encoder
from bot.nlu.model import NluModel
from bot.nlu.reader import Reader
from bot.nlu.training import train_nlu
from tests.unit.nlu.conftest import ignore, make_data
from tests.unit.nlu.small_encoders import write_encoder, write_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from bot.nlu.encoder import Encoder

COLOURS = EncoderSpec(model="colours", file="model.xml")
SEGMENTED = ("input_ids", "attention_mask", "token_type_ids")


def encode(folder: Path, *texts: str, pooling: str | None = None, prefix: str = "") -> NDArray[np.float32]:
    spec = EncoderSpec(model=str(folder), file="model.xml", pooling=pooling, prefix=prefix)
    return open_chosen_encoder(spec, folder).encode(texts)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> EncoderSpec:
    """The installed ONNX file, laid out as models on the hub are."""
    folder = tmp_path_factory.mktemp("hub")
    (folder / "onnx").mkdir()
    shutil.copy(find_encoder_file(ROUNDED), folder / "onnx" / "model.onnx")
    shutil.copy(find_encoder_file(TOKENIZER), folder)
    return EncoderSpec(model=str(folder))


def test_a_real_onnx_file_gives_the_vectors_it_should(
    installed: EncoderSpec, encoder: Encoder, tmp_path: Path
) -> None:
    texts = ["my parcel never arrived", "", "omg it broke AGAIN 😡", "is it waterproof? " * 99]
    own = open_chosen_encoder(installed, tmp_path)
    vectors = own.encode(texts)
    assert own.dimensions == 384
    assert own.identity == identify_encoder(installed, tmp_path) != encoder.identity
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert (vectors * encoder.encode(texts)).sum(axis=1).min() > 0.99


def test_a_model_of_other_dimensions_is_trained_saved_and_read(tmp_path: Path) -> None:
    write_encoder(tmp_path / "colours")
    shelf = EncoderShelf(tmp_path)
    spec = PipelineSpec(encoder=COLOURS)
    embedder = Embedder(shelf.get(COLOURS), tmp_path)
    model = train_nlu(make_data(), spec, embedder=embedder, seed=0, progress=ignore)
    loaded = NluModel.from_files(model.to_files())
    assert loaded.encoder_spec == COLOURS
    assert loaded.encoder == identify_encoder(COLOURS, tmp_path)
    (understanding,) = Reader(loaded, shelf.get(loaded.encoder_spec)).read(["where is my parcel"])
    assert understanding.ranking[0].name == "ask_delivery"


def test_another_encoder_than_the_model_s_is_refused(model: NluModel, tmp_path: Path) -> None:
    write_encoder(tmp_path / "colours")
    with pytest.raises(ModelError, match="`visavis train --release`"):
        Reader(model, EncoderShelf(tmp_path).get(COLOURS))


def test_the_mean_is_of_the_tokens_that_are_there(tmp_path: Path) -> None:
    """Also in a batch with a longer text."""
    write_encoder(tmp_path)
    one, two, _ = encode(tmp_path, "green", "red blue", " ".join(["red green blue"] * 20))
    assert one == pytest.approx([0, 1, 0])
    assert two == pytest.approx(np.array([1, 0, 3]) / np.sqrt(10))


def test_cls_is_the_first_token(tmp_path: Path) -> None:
    write_encoder(tmp_path)
    assert encode(tmp_path, "blue red red", pooling="cls")[0] == pytest.approx([0, 0, 1])


def test_the_model_s_folder_may_say_how_to_pool(tmp_path: Path) -> None:
    write_encoder(tmp_path)
    (tmp_path / "1_Pooling").mkdir()
    said = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(said))
    assert encode(tmp_path, "blue red red")[0] == pytest.approx([0, 0, 1])
    assert encode(tmp_path, "red red", pooling="mean")[0] == pytest.approx([1, 0, 0])


def test_a_vector_of_the_model_s_own_is_taken_unless_told_otherwise(tmp_path: Path) -> None:
    write_encoder(tmp_path, outputs=("pooler_output", "last_hidden_state", "sentence_embedding"))
    assert encode(tmp_path, "red")[0] == pytest.approx([0, 0, 1])
    assert encode(tmp_path, "red", pooling="mean")[0] == pytest.approx([1, 0, 0])


def test_a_pooled_output_is_no_vector_of_the_text_where_there_are_tokens(tmp_path: Path) -> None:
    write_encoder(tmp_path, outputs=("pooler_output", "last_hidden_state"))
    assert encode(tmp_path, "blue")[0] == pytest.approx([0, 0, 1])


@pytest.mark.parametrize("shape", [(-1, -1), (1, 16)])
@pytest.mark.parametrize("integers", [Type.i64, Type.i32])
def test_segments_other_integers_and_fixed_shapes_are_taken(
    tmp_path: Path, integers: Type, shape: tuple[int, int]
) -> None:
    write_encoder(tmp_path, inputs=SEGMENTED, integers=integers, shape=shape)
    assert encode(tmp_path, "red", "green green") == pytest.approx(np.array([[1, 0, 0], [0, 1, 0]]))


def test_a_prefix_goes_before_every_text(tmp_path: Path) -> None:
    write_encoder(tmp_path)
    assert encode(tmp_path, "red", prefix="green ", pooling="cls")[0] == pytest.approx([0, 1, 0])


def test_whatever_changes_vectors_changes_the_identity(tmp_path: Path) -> None:
    write_encoder(tmp_path)
    write_encoder(tmp_path / "other", outputs=("sentence_embedding",))

    def identify(**options: str) -> str:
        return identify_encoder(
            EncoderSpec(**{"model": str(tmp_path), "file": "model.xml", **options}), tmp_path
        )

    identities = [
        identify(),
        identify(pooling="cls"),
        identify(prefix="query: "),
        identify(prefix="passage: "),
        identify(model=str(tmp_path / "other")),
    ]
    assert len({*identities, IDENTITY}) == 6
    (tmp_path / "model.bin").write_bytes((tmp_path / "model.bin").read_bytes()[:-1] + b"!")
    assert identify() != identities[0]


def test_a_shelf_opens_each_encoder_once(tmp_path: Path) -> None:
    write_encoder(tmp_path / "colours")
    shelf = EncoderShelf(tmp_path)
    assert shelf.get(COLOURS) is shelf.get(COLOURS)
    write_encoder(tmp_path / "colours", outputs=("sentence_embedding",))
    assert shelf.get(COLOURS).encode(["red"])[0] == pytest.approx([0, 0, 1])


@pytest.mark.parametrize(
    ("outputs", "inputs", "pooling", "told"),
    [
        (("sentence_embedding",), SEGMENTED, "cls", "gives no vectors of tokens for `pooling: cls`"),
        (("last_hidden_state",), (*SEGMENTED, "position_ids"), None, "it asks for `position_ids`"),
    ],
)
def test_a_model_that_cannot_be_used_says_why(
    tmp_path: Path, outputs: tuple[str, ...], inputs: tuple[str, ...], pooling: str | None, told: str
) -> None:
    write_encoder(tmp_path, outputs=outputs, inputs=inputs)
    with pytest.raises(ModelError, match=told):
        encode(tmp_path, "red", pooling=pooling)


def test_a_file_that_is_no_model_says_so(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"model\.onnx is no ONNX model that can be read"):
        open_chosen_encoder(EncoderSpec(model="."), tmp_path)


def test_a_file_of_another_kind_is_not_opened(tmp_path: Path) -> None:
    write_encoder(tmp_path)
    (tmp_path / "model.pt").write_bytes(b"")
    with pytest.raises(
        ModelError, match=r"model\.pt is no ONNX model: its name should end in \.onnx or \.xml"
    ):
        open_chosen_encoder(EncoderSpec(model=".", file="model.pt"), tmp_path)


def test_a_damaged_tokenizer_says_so(tmp_path: Path) -> None:
    write_encoder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelDamaged, match=r"tokenizer\.json cannot be read"):
        encode(tmp_path, "red")


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("./nowhere", "there is no folder"),
        ("/no/such/folder", "there is no folder"),
        ("empty", r"has no model\.onnx and no onnx/model\.onnx; `file:` names another"),
        ("without-tokenizer", r"has no tokenizer\.json"),
        ("nobody/nothing", "local cache does not hold it, and it cannot be downloaded"),
    ],
)
def test_what_is_missing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, told: str
) -> None:
    hide_hub(monkeypatch, tmp_path / "cache")
    (tmp_path / "empty").mkdir()
    (tmp_path / "without-tokenizer").mkdir()
    (tmp_path / "without-tokenizer" / "model.onnx").touch()
    with pytest.raises(ModelMissing, match=told):
        identify_encoder(EncoderSpec(model=model), tmp_path)


def test_a_name_on_the_hub_is_found_in_its_local_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: EncoderSpec
) -> None:
    hide_hub(monkeypatch, tmp_path)
    cached = tmp_path / "models--someone--small-encoder"
    shutil.copytree(installed.model, cached / "snapshots" / ("0" * 40))
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0" * 40)
    found = identify_encoder(EncoderSpec(model="someone/small-encoder"), tmp_path)
    assert found == identify_encoder(installed, tmp_path)


def hide_hub(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """Let the hub's client see this cache alone, and no network."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
