"""An Android app's manifest: which app it is, what it may do, what others may start in it.

Spec: Android developer documentation, "App manifest overview"; attribute numbers of
frameworks/base public.xml.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.component import Component
from evenhand.facts.declaration import Declaration
from evenhand.facts.setting import Setting
from evenhand.phone.binary_xml import Element, elements
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"magic": ((0, "03000800"),), "names": ("AndroidManifest.xml",)}
EMITS = ("component", "declaration", "setting", "behaviour")
CANNOT_SEE = {
    "component": "libraries that were compiled into the app",
    "declaration": "permissions that are asked for only when the app runs, if they are not listed",
    "setting": "values that stand in the app's resources (`@0x…`)",
    "behaviour": "what the app does when it is started",
}

READ_BYTES = 32 << 20
NAME, PERMISSION, PROTECTION = 0x01010003, 0x01010006, 0x01010009
EXPORTED, VERSION_NAME, VERSION_CODE = 0x01010010, 0x0101021C, 0x0101021B
SWITCHES = {
    0x0101000F: "debuggable",
    0x01010280: "allowbackup",
    0x010104EC: "usescleartexttraffic",
    0x01010527: "networksecurityconfig",
    0x0101020C: "minsdkversion",
    0x01010270: "targetsdkversion",
}
PERMISSIONS = ("uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m")
PARTS = ("activity", "activity-alias", "service", "receiver", "provider")
BOOT = ("android.intent.action.BOOT_COMPLETED", "android.intent.action.LOCKED_BOOT_COMPLETED")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the `component`, permissions as declared, settings, and what starts at boot."""
    if artefact.size_bytes > READ_BYTES:
        raise Unreadable(f"a manifest of more than {READ_BYTES >> 20} MiB is not read", 0)
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES)
    part = None
    met = False
    for element in elements(raw):
        said, place = element.attributes, f"offset {element.at}"
        if not met and element.name != "manifest":
            raise NotThisFormat("no manifest")
        if not met:
            met = True
            package = said.get("package")
            if package:
                version = said.get(VERSION_NAME) or said.get(VERSION_CODE)
                yield Component(package, place, version, None, grade="declared")
        if element.name in PERMISSIONS and said.get(NAME):
            yield Declaration("permission", place, text=said[NAME], grade="declared")
        for number, name in SWITCHES.items():
            if number in said:
                yield Setting(artefact.name, "android", name, said[number][:200], place)
        if element.name in PARTS:
            part = element
            yield from _part(artefact, element, place)
        if element.name == "action" and said.get(NAME) in BOOT and part is not None:
            because = f"its manifest asks for {said[NAME]}"
            target = part.attributes.get(NAME)
            yield Behaviour(artefact.name, "runs at boot", place, target, because)
    if not met:
        raise NotThisFormat("no element")


def _part(artefact: Artefact, element: Element, place: str) -> Iterator[Item]:
    """A part of the app that other apps may start, and what they need for it."""
    if element.attributes.get(EXPORTED) == "true":
        needs = element.attributes.get(PERMISSION)
        scope = f"needs {needs}" if needs else None
        name = element.attributes.get(NAME, "")[:200]
        yield Setting(artefact.name, "android", f"exported {element.name}", name, place, scope)
