"""``croissant.json``: the release described in Croissant 1.1 (http://mlcommons.org/croissant/1.1), for tools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mtqa.release.record import COLUMNS, EDIT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mtqa.release.manifest import Manifest
    from mtqa.settings import Release

# The context that the specification prescribes: "cr:" for all of these terms, and a few typed ones.
_TERMS = (
    "arrayShape", "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet",
    "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet",
    "references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS},
}
_TYPES = {"string": "sc:Text", "int64": "sc:Integer", "double": "sc:Float"}


def write_croissant(root: Path, manifest: Manifest, settings: Release) -> None:
    """Write ``croissant.json``; the same bytes for the same manifest."""
    described = describe(manifest, settings)
    (root / "croissant.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def describe(manifest: Manifest, settings: Release) -> dict[str, Any]:
    """The description as JSON-LD."""
    tables = (("articles", "data", COLUMNS), ("edits", "edits", EDIT_COLUMNS))
    given = {
        "license": settings.license,
        "url": settings.url,
        "citeAs": settings.citation,
        "creator": {"@type": "sc:Organization", "name": settings.creator} if settings.creator else "",
    }
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": manifest.name,
        "description": settings.description or "Machine-translated articles, cleaned by recorded decisions.",
        "version": manifest.version,
        "datePublished": manifest.date,
        "identifier": f"sha256:{manifest.release_id}",
        "inLanguage": settings.language,
        **{key: value for key, value in given.items() if value},
        "distribution": [_files(name, folder) for name, folder, _ in tables],
        "recordSet": [_records(name, columns) for name, _, columns in tables],
    }


def _files(name: str, folder: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{name}-files",
        "name": f"{name}-files",
        "description": f"The Parquet files of {name}.",
        "encodingFormat": "application/x-parquet",
        "includes": f"{folder}/*.parquet",
    }


def _records(name: str, columns: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        **({"key": {"@id": f"{name}/id"}} if name == "articles" else {}),
        "field": [_field(name, column, kind, meaning) for column, (kind, meaning) in columns.items()],
    }


def _field(name: str, column: str, kind: str, meaning: str) -> dict[str, Any]:
    inner = kind.removeprefix("list<").removesuffix(">")
    return {
        "@type": "cr:Field",
        "@id": f"{name}/{column}",
        "name": column,
        "description": meaning,
        "dataType": _TYPES[inner],
        **({"isArray": True, "arrayShape": "-1"} if inner != kind else {}),
        "source": {"fileSet": {"@id": f"{name}-files"}, "extract": {"column": column}},
    }
