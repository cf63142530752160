"""Asks a served model by DSPy's own LM and Predict: a JSON question on standard input, the answer on standard output."""

import json
import sys

import dspy


def main():
    question = json.load(sys.stdin)
    lm = dspy.LM(
        "openai/" + question["model"],
        api_base=question["baseUrl"],
        api_key=question["token"],
        temperature=question.get("temperature", 0.0),
        max_tokens=300,
        cache=False,
        num_retries=0,
    )
    dspy.configure(lm=lm)
    signature = dspy.Signature(question["signature"], question["instructions"])
    predict = dspy.Predict(signature)
    predictions = [dict(predict(**inputs).items()) for inputs in question["inputs"]]
    refused = None
    try:
        lm(question["refused"], logprobs=True)
    except Exception as error:
        refused = {"type": type(error).__name__, "message": str(error)}
    streamed = "".join(piece for piece in stream(question)) if "stream" in question else None
    json.dump(
        {
            "version": dspy.__version__,
            "predictions": predictions,
            "usage": [entry["usage"] for entry in lm.history],
            "refused": refused,
            "streamed": streamed,
        },
        sys.stdout,
        default=lambda value: dict(value),
    )


def stream(question):
    """The official Python SDK, streaming."""
    import openai

    client = openai.OpenAI(base_url=question["baseUrl"], api_key=question["token"], max_retries=0)
    chunks = client.chat.completions.create(
        model=question["model"],
        messages=[{"role": "user", "content": question["stream"]}],
        temperature=0,
        stream=True,
    )
    for chunk in chunks:
        yield chunk.choices[0].delta.content or ""


main()
