"""What every zipped office file must pass before a part of it is unpacked."""

import zipfile

from import_scripts.readers.refused import Refused

_HEAD = 2_000
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
_ENCRYPTED = 0x1


def check_package(package: zipfile.ZipFile, limits: dict[str, int]) -> set[str]:
    """The names of the parts in lower case. Raises Refused for bombs, passwords and XML that defines entities."""
    members = package.infolist()
    if len(members) > limits["archive_members"]:
        raise Refused("members", found=len(members), limit=limits["archive_members"])
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if unpacked > limits["unpacked_bytes"]:
        raise Refused("unpacked", found=unpacked, limit=limits["unpacked_bytes"])
    if unpacked > limits["ratio_from_bytes"] and unpacked / packed > limits["compression_ratio"]:
        raise Refused("ratio", found=unpacked, limit=packed * limits["compression_ratio"])
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise Refused("encrypted")
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")):
            with package.open(member) as part:
                head = part.read(_HEAD)
            if any(sign in head for sign in _ENTITIES):
                raise Refused("entities")
    return {member.filename.lower() for member in members}
