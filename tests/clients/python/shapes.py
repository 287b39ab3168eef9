"""Holds every answer against AWS's own model: boto3 alone would pass over a member that it does not know."""

import base64
import datetime
import io
import json
import xml.etree.ElementTree as xml

from botocore.parsers import RpcV2CBORParser

NUMBERS = ("integer", "long", "float", "double")
# The status of a stack in its own events, where the model knows those of resources.
UNMODELLED = ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")


def watch(client):
    """Checks each answer that the client gets, before it is parsed."""
    protocol = client.meta.service_model.resolved_protocol
    check = {"query": by_query, "smithy-rpc-v2-cbor": by_cbor}.get(protocol, by_json)

    def before_parse(operation_model, response_dict, **_):
        shape = operation_model.output_shape
        if shape is not None and response_dict["status_code"] < 300:
            check(shape, response_dict["body"], operation_model.name)

    client.meta.events.register("before-parse", before_parse)
    return client


def by_json(shape, body, name):
    json_value(shape, json.loads(body), name)


def by_cbor(shape, body, name):
    json_value(shape, RpcV2CBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body))), name)


def json_value(shape, value, path):
    assert value is not None, f"{path} is null, and AWS leaves out what is not there"
    kind = shape.type_name
    if kind == "structure":
        for name, member in value.items():
            assert name in shape.members, f"{path}.{name} is not in AWS's model"
            json_value(shape.members[name], member, f"{path}.{name}")
    elif kind == "list":
        for index, member in enumerate(value):
            json_value(shape.member, member, f"{path}[{index}]")
    elif kind == "map":
        for name, member in value.items():
            json_value(shape.value, member, f"{path}[{name}]")
    elif kind == "timestamp" and isinstance(value, datetime.datetime):
        pass
    elif kind in (*NUMBERS, "timestamp"):
        assert isinstance(value, (int, float)) and not isinstance(value, bool), f"{path} is no number: {value!r}"
        assert kind not in ("integer", "long") or isinstance(value, int), f"{path} is no integer: {value!r}"
    elif kind == "boolean":
        assert isinstance(value, bool), f"{path} is no boolean: {value!r}"
    else:
        assert isinstance(value, str), f"{path} is no string: {value!r}"
        if kind == "blob":
            base64.b64decode(value, validate=True)
        else:
            one_of(shape, value, path)


def by_query(shape, body, name):
    wrapper = shape.serialization.get("resultWrapper", f"{name}Result")
    result = next(child for child in xml.fromstring(body) if local(child) == wrapper)
    xml_value(shape, result, name)


def xml_value(shape, element, path):
    kind = shape.type_name
    if kind == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        names = [local(child) for child in element]
        assert len(names) == len(set(names)), f"{path} has a member twice: {names}"
        for child in element:
            assert local(child) in members, f"{path}.{local(child)} is not in AWS's model"
            xml_value(members[local(child)], child, f"{path}.{local(child)}")
    elif kind == "list":
        for child in element:
            assert local(child) == shape.member.serialization.get("name", "member"), f"{path} has a {local(child)}"
            xml_value(shape.member, child, f"{path}[]")
    elif kind == "map":
        for entry in element:
            assert [local(child) for child in entry] == ["key", "value"], f"{path} has other entries"
            xml_value(shape.value, entry[1], f"{path}[{entry[0].text}]")
    else:
        xml_text(shape, element.text or "", path)


def xml_text(shape, text, path):
    kind = shape.type_name
    if kind in NUMBERS:
        float(text)
    elif kind == "boolean":
        assert text in ("true", "false"), f"{path} is no boolean: {text!r}"
    elif kind == "timestamp":
        assert text.endswith("Z") and "T" in text, f"{path} is no ISO 8601 time: {text!r}"
    else:
        one_of(shape, text, path)


def one_of(shape, text, path):
    assert not shape.enum or text in (*shape.enum, *UNMODELLED), f"{path} is {text!r}, which is none of {shape.enum}"


def local(element):
    """The name of an element without its namespace."""
    return element.tag.rsplit("}", 1)[-1]
