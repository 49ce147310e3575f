"""Holds requests against the provider's OpenAPI file, independently of the client that made them.

Usage: validate_request.py OPENAPI_FILE < requests, one JSON object a line: {"method", "path", "query": [[name, value]],
"headers": [[name, value]], "body": text or null}. Prints one line for each fault; exit status 1 if there is any.
"""

import json
import re
import sys

from jsonschema import Draft7Validator, RefResolver


def cast(text, schema):
    """A parameter's text as the type that its schema wants; left as it is where it is not of that type."""
    kind = schema.get("type")
    if kind == "array":
        return [cast(part, schema["items"]) for part in text.split(",")]
    if kind == "integer" and text.lstrip("-").isdigit():
        return int(text)
    return text


def described_path(path, document):
    """The path as the file has it: itself, or the template that it is made from, one without parameters first."""
    templates = sorted(document["paths"], key=lambda template: template.count("{"))
    return next((t for t in templates if re.fullmatch(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(t)), path)), path)


def faults(request, document):
    resolver = RefResolver.from_schema(document)
    path = document["paths"].get(described_path(request["path"], document), {})
    operation = path.get(request["method"].lower())
    if operation is None:
        yield f"no operation {request['method']} {request['path']}"
        return
    parameters = path.get("parameters", []) + operation.get("parameters", [])
    # The path itself has shown that those in it are there.
    described = {(p["in"], p["name"]): p for p in parameters if p["in"] != "path"}
    given = [("query", name, value) for name, value in request["query"]]
    given += [("header", name, value) for name, value in request["headers"] if ("header", name) in described]
    for place, name, value in given:
        parameter = described.get((place, name))
        if parameter is None:
            yield f"unknown {place} parameter {name}"
            continue
        schema = parameter["schema"]
        for error in Draft7Validator(schema, resolver=resolver).iter_errors(cast(value, schema)):
            yield f"{place} parameter {name}: {error.message}"
    names = [(place, name) for place, name, _ in given]
    yield from (f"{name} is given twice" for place, name in set(names) if names.count((place, name)) > 1)
    yield from (f"{key[1]} is missing" for key, p in described.items() if p.get("required") and key not in names)
    body = operation.get("requestBody")
    if body is None:
        if request["body"] is not None:
            yield "a body that nobody asked for"
        return
    schema = dict(body["content"]["application/json"]["schema"])
    content = json.loads(request["body"])
    for error in Draft7Validator(schema, resolver=resolver).iter_errors(content):
        yield f"body at {list(error.path)}: {error.message}"
    yield from unknown(content, schema, resolver, "body")


def unknown(content, schema, resolver, place):
    """Members that the schema does not name: the file leaves them open, but none of ours should be an invention."""
    if "$ref" in schema:
        schema = resolver.resolve(schema["$ref"])[1]
    if isinstance(content, list):
        for index, element in enumerate(content):
            yield from unknown(element, schema.get("items", {}), resolver, f"{place}[{index}]")
    if isinstance(content, dict):
        if "properties" not in schema:
            return  # Anything goes, such as the variables of a GraphQL document.
        for name, value in content.items():
            if name not in schema.get("properties", {}):
                yield f"{place}: unknown member {name}"
            else:
                yield from unknown(value, schema["properties"][name], resolver, f"{place}.{name}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        # The name of a site has the pattern [a-zA-Z\d-_\s], whose hyphen is a letter to Java and an error to Python.
        document = json.loads(file.read().replace(r"\\d-_", r"\\d\\-_"))
    found = [fault for line in sys.stdin for fault in faults(json.loads(line), document)]
    print("\n".join(found))
    sys.exit(1 if found else 0)


main()
