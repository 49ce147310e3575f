"""Holds JSON documents against a response schema of an OpenAPI 3.0 file.

validate.py OPENAPI PATH METHOD STATUS DOCUMENT...: prints each violation and exits with 1 where there is one.
"""

import json
import sys

from jsonschema import Draft4Validator, FormatChecker, RefResolver

api_file, path, method, status, *documents = sys.argv[1:]
with open(api_file, encoding="utf-8") as file:
    # The name of a site has the pattern [a-zA-Z\d-_\s], whose hyphen is a letter to Java and an error to Python.
    api = json.loads(file.read().replace(r"\\d-_", r"\\d\\-_"))
content = api["paths"][path][method]["responses"][status]["content"]
schema = next(iter(content.values()))["schema"]
# OpenAPI 3.0 schemas are JSON Schema drafts 4 to 5 as far as these use it.
validator = Draft4Validator(schema, resolver=RefResolver.from_schema(api), format_checker=FormatChecker())
faults = 0
for document in documents:
    with open(document, encoding="utf-8") as file:
        value = json.load(file)
    for error in validator.iter_errors(value):
        faults += 1
        print(f"{document}: {'/'.join(map(str, error.absolute_path))}: {error.message}")
sys.exit(1 if faults else 0)
