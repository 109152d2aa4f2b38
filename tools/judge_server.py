"""The server of cyllama (llama.cpp) for tests of the judge.

Run by the interpreter that tools/get_judge_model.sh sets up:

    .cache/judge-model/bin/python tools/judge_server.py MODEL.gguf PORT

In version 0.2.18 that server answers nothing but its first request, ignores ``response_format``, and does not say when
an answer was cut off. Here llama.cpp's own grammars and its own cache do what servers such as llama-server do there.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from cyllama.llama.llama_cpp import LlamaSampler, LlamaSamplerChainParams
from cyllama.llama.server import python as server
from cyllama.utils.json_schema_to_grammar import json_schema_to_grammar

_LONGEST = 60  # code points
_MOST = 2


class Slot(server.ServerSlot):
    """One conversation at a time; ``grammar`` is what the next answer must follow."""

    grammar = ""

    def _build_sampler(self, temperature: float = 0.0, min_p: float = 0.05, seed: int | None = None) -> None:
        self.sampler = LlamaSampler(LlamaSamplerChainParams())
        if Slot.grammar:
            self.sampler.add_grammar(self.model.get_vocab(), Slot.grammar, "root")
        self.sampler.add_min_p(min_p, 1)
        self.sampler.add_temp(temperature)
        self.sampler.add_dist(seed or 0)

    def process_and_generate(self, prompt: str, max_tokens: int = 100, request: Any = None) -> str:
        self.context.kv_cache_clear()
        return str(super().process_and_generate(prompt, max_tokens, request))


class Server(server.PythonServer):
    """Obeys a schema and says "length" when an answer that had to follow one was cut off."""

    def process_chat_completion(self, request: Any) -> Any:
        response = super().process_chat_completion(request)
        choice = response.choices[0]
        choice.finish_reason = "stop" if not Slot.grammar or _whole(choice.message.content) else "length"
        return response

    def _create_request_handler(self) -> type:
        base: Any = super()._create_request_handler()

        class Handler(base):
            def _handle_chat_completions(self, data: dict[str, Any]) -> None:
                wanted = data.get("response_format", {})
                schema = wanted.get("json_schema", {}).get("schema")
                Slot.grammar = json_schema_to_grammar(_bounded(schema)) if schema else ""
                super()._handle_chat_completions(data)

        return Handler


def _bounded(schema: Any) -> Any:
    """The schema with short strings and lists: a model as small as this one does not stop by itself."""
    if isinstance(schema, list):
        return [_bounded(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    bounded = {name: _bounded(value) for name, value in schema.items()}
    if bounded.get("type") == "string" and "enum" not in bounded:
        bounded["maxLength"] = _LONGEST
    elif bounded.get("type") == "array":
        bounded["maxItems"] = _MOST
    return bounded


def _whole(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def main(model: str, port: str) -> None:
    server.ServerSlot = Slot
    config = server.ServerConfig(model_path=model, port=int(port), n_ctx=4096, model_alias="smollm2")
    with Server(config):
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
