"""Are these messages valid by an OpenAPI document? Standard input is JSON: openapi (a path) and messages, each with path, kind ("request"
or the HTTP status of an answer) and body. Prints what is wrong; the exit status says whether anything is."""
import json
import sys

import jsonschema
import yaml

job = json.load(sys.stdin)
with open(job["openapi"]) as f:
    document = yaml.safe_load(f)
wrong = 0
for message in job["messages"]:
    operation = next(v["post"] for k, v in document["paths"].items() if message["path"].endswith(k))
    content = operation["requestBody"] if message["kind"] == "request" else operation["responses"][message["kind"]]
    schema = next(iter(content["content"].values()))["schema"]
    schema = {**schema, "components": document["components"]}
    for error in jsonschema.Draft202012Validator(schema).iter_errors(message["body"]):
        print(message["path"], message["kind"], list(error.absolute_path), error.message)
        wrong = 1
sys.exit(wrong)
