"""check_schema.py SCHEMA FILE...: are these messages valid by an XML schema, or by the schemas inside of a WSDL? One line each, like those
of the script beside the schema of TS 102 204: what is looked at is the first element that the schema declares, which in RPC style stands in
no namespace. The exit status says whether any is not valid."""
import sys
import tempfile
from pathlib import Path

import xmlschema
from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
MSS = "http://uri.etsi.org/TS102204/v1.1.2#"


def types(wsdl, folder):
    """The path of the schema of MSS among those of a WSDL, which do not say where the others are."""
    places = {}
    for i, schema in enumerate(etree.parse(wsdl).iter(XS + "schema")):
        places[schema.get("targetNamespace")] = (Path(folder) / f"{i}.xsd", schema)
    for path, schema in places.values():
        for imported in schema.findall(XS + "import"):
            if imported.get("namespace") in places:
                imported.set("schemaLocation", str(places[imported.get("namespace")][0]))
        path.write_bytes(etree.tostring(schema))
    return str(places[MSS][0])


path = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    schema = xmlschema.XMLSchema(types(path, folder) if path.endswith(".wsdl") else path, validation="lax", allow="local")
space = "{" + schema.target_namespace + "}"
names = {e.rsplit("}", 1)[-1] for e in schema.elements}
worst = 0
for name in sys.argv[2:]:
    found = (e for e in etree.parse(name).iter(etree.Element) if e.tag.removeprefix(space) in names)
    message = next(found, None)
    errors = ["no message in it"]
    if message is not None:
        message.tag = space + message.tag.removeprefix(space)
        errors = [f"{e.path}: {e.reason}" for e in schema.iter_errors(message)]
    print(f"{name}: " + ("NOT VALID: " + "; ".join(errors)[:400] if errors else "valid " + message.tag.removeprefix(space)))
    worst |= bool(errors)
sys.exit(worst)
