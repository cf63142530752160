"""Formats and reads with DSPy's own ChatAdapter: a JSON question on standard input, the answer on standard output."""

import json
import sys

import dspy
from dspy.utils.exceptions import AdapterParseError


def signature_of(case):
    signature = dspy.Signature(case["signature"], case["instructions"])
    for name, description in case.get("descriptions", {}).items():
        signature = signature.with_updated_fields(name, desc=description)
    return signature


def read(adapter, signature, reply):
    """The outputs, or null where DSPy cannot read the reply."""
    try:
        return adapter.parse(signature, reply)
    except AdapterParseError:
        return None


def answer(case):
    adapter = dspy.ChatAdapter()
    signature = signature_of(case)
    return {
        "messages": adapter.format(signature, case.get("demos", []), case.get("inputs", {})),
        "readings": [read(adapter, signature, reply) for reply in case.get("replies", [])],
    }


question = json.load(sys.stdin)
json.dump({"version": dspy.__version__, "answers": {name: answer(case) for name, case in question.items()}}, sys.stdout)
