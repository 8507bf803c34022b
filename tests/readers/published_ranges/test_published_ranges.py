"""Geofeeds and the clouds' lists of addresses, in the shape in which their makers publish them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.recognise import readers_for
from tests.readers.reading import Reading, read

AWS = {
    "syncToken": "1700000000",
    "createDate": "2023-11-14-22-13-20",
    "prefixes": [
        {"ip_prefix": "3.5.140.0/22", "region": "ap-northeast-2", "service": "AMAZON",
         "network_border_group": "ap-northeast-2"},
        {"ip_prefix": "15.220.80.0/24", "region": "us-east-1", "service": "EC2",
         "network_border_group": "us-east-1-scl-1"},
        {"ip_prefix": "13.32.0.0/15", "region": "GLOBAL", "service": "CLOUDFRONT",
         "network_border_group": "GLOBAL"},
        {"ip_prefix": "13.32.0.1/15", "region": "GLOBAL", "service": "AMAZON",
         "network_border_group": "GLOBAL"},
    ],
    "ipv6_prefixes": [
        {"ipv6_prefix": "2600:9000:a000::/40", "region": "GLOBAL", "service": "GLOBALACCELERATOR",
         "network_border_group": "GLOBAL"},
    ],
}  # fmt: skip
GCP = {
    "syncToken": "1",
    "creationTime": "2026-01-05T05:02:12.321",
    "prefixes": [
        {"ipv4Prefix": "34.1.208.0/20", "service": "Google Cloud", "scope": "africa-south1"},
        {"ipv6Prefix": "2600:1900:4010::/44", "service": "Google Cloud", "scope": "europe-west1"},
        {"ipv4Prefix": "8.8.4.0/24"},
        "odd",
    ],
}
# the first prefixes of two tags, and the front door's, as published in 2025
AZURE = {
    "changeNumber": 347,
    "cloud": "Public",
    "values": [
        {"name": "ActionGroup", "id": "ActionGroup",
         "properties": {"region": "", "systemService": "ActionGroup",
                        "addressPrefixes": ["4.145.74.52/30", "2603:1000:4::10c/126"]}},
        {"name": "AzureCloud.westeurope", "id": "AzureCloud.westeurope",
         "properties": {"region": "westeurope", "systemService": "",
                        "addressPrefixes": ["4.145.74.0/24", "none"]}},
        {"name": "AzureFrontDoor.MicrosoftSecurity", "id": "x",
         "properties": {"region": "", "systemService": "AzureFrontDoor",
                        "addressPrefixes": ["13.107.219.0/24"]}},
        {"name": "broken"},
    ],
}  # fmt: skip
FASTLY = {"addresses": ["23.235.32.0/20"], "ipv6_addresses": ["2a04:4e40::/32"]}
CLOUDFLARE = {
    "result": {"ipv4_cidrs": ["173.245.48.0/20"], "ipv6_cidrs": ["2400:cb00::/32"], "etag": "x"},
    "success": True,
}
GEOFEED = """\
# prefix,country,region,city,postal
203.176.189.0/24,AU,,,
2001:db8:1::/48,au,AU-NSW,"Sydney, Central",
192.0.2.0/25,ZZ,,,
192.0.2.128/25,,,,
192.0.2.5/25,AU,,,
198.51.100.0/24,Australia,,,

198.51.100.0/24
"""


SHAPES = {
    "aws_ip_ranges": AWS,
    "gcp_ip_ranges": GCP,
    "azure_service_tags": AZURE,
    "fastly_ip_list": FASTLY,
    "cloudflare_ip_list": CLOUDFLARE,
}


def lay(folder: Path, name: str, said: Any) -> Path:
    path = folder / name
    path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return path


def reading(folder: Path, reader: str, name: str, said: Any) -> Reading:
    path = lay(folder, name, said)
    artefact = Artefact(name, path, "sha256:" + "0" * 64, path.stat().st_size)
    assert reader in [r.name for r in readers_for(artefact)[0]]
    return read(reader, path)


def test_aws(tmp_path: Path) -> None:
    found = reading(tmp_path, "aws_ip_ranges", "ip-ranges.json", AWS)
    rows = found.table("published_range")
    said = [(r.prefix, r.region, r.service, r.anycast, r.delivery) for r in rows]
    assert said == [
        ("3.5.140.0/22", "ap-northeast-2", "AMAZON", None, None),
        ("15.220.80.0/24", "us-east-1-scl-1", "EC2", None, None),  # in Chile, says its name
        ("13.32.0.0/15", "global", "CLOUDFRONT", None, True),
        ("2600:9000:a000::/40", "global", "GLOBALACCELERATOR", True, None),
    ]
    assert {(r.provider, r.published_on, r.grade) for r in rows} == {
        ("aws", date(2023, 11, 14), "declared")
    }
    assert [d.locator for d in found.table("defect")] == ["/prefixes/3"]  # bits behind the length


def test_gcp(tmp_path: Path) -> None:
    found = reading(tmp_path, "gcp_ip_ranges", "cloud.json", GCP)
    said = [(r.prefix, r.region, r.locator) for r in found.table("published_range")]
    assert said == [
        ("34.1.208.0/20", "africa-south1", "/prefixes/0"),
        ("2600:1900:4010::/44", "europe-west1", "/prefixes/1"),
        ("8.8.4.0/24", None, "/prefixes/2"),
    ]
    assert len(found.table("defect")) == 1


def test_azure(tmp_path: Path) -> None:
    found = reading(tmp_path, "azure_service_tags", "ServiceTags_Public.json", AZURE)
    said = [(r.prefix, r.region, r.service, r.delivery) for r in found.table("published_range")]
    assert said == [
        ("4.145.74.52/30", None, "ActionGroup", None),
        ("2603:1000:4::10c/126", None, "ActionGroup", None),
        ("4.145.74.0/24", "westeurope", "AzureCloud.westeurope", None),
        ("13.107.219.0/24", None, "AzureFrontDoor.MicrosoftSecurity", True),
    ]
    assert [d.locator for d in found.table("defect")] == [
        "/values/1/properties/addressPrefixes/1",
        "/values/3",
    ]


def test_delivery_networks(tmp_path: Path) -> None:
    found = reading(tmp_path, "fastly_ip_list", "public-ip-list.json", FASTLY)
    found.rows += reading(tmp_path, "cloudflare_ip_list", "ips.json", CLOUDFLARE).rows
    said = [(r.prefix, r.provider, r.delivery) for r in found.table("published_range")]
    assert said == [
        ("23.235.32.0/20", "fastly", True),
        ("2a04:4e40::/32", "fastly", True),
        ("173.245.48.0/20", "cloudflare", True),
        ("2400:cb00::/32", "cloudflare", True),
    ]


def test_geofeed(tmp_path: Path) -> None:
    found = reading(tmp_path, "geofeed", "geofeed.csv", GEOFEED)
    said = [(r.prefix, r.territory, r.place, r.locator) for r in found.table("published_range")]
    assert said == [
        ("203.176.189.0/24", "AU", None, "line 2"),
        ("2001:db8:1::/48", "AU", "AU-NSW, Sydney, Central", "line 3"),
        ("192.0.2.0/25", None, None, "line 4"),
        ("192.0.2.128/25", None, None, "line 5"),
        ("198.51.100.0/24", None, None, "line 9"),
    ]
    assert [d.message for d in found.table("defect")] == [
        "192.0.2.5/25,AU,,,",
        "198.51.100.0/24,Australia,,,",
    ]


def test_what_is_none(tmp_path: Path) -> None:
    path = lay(tmp_path, "geofeed.csv", "name,age\n" * 200)
    assert isinstance(read("geofeed", path).failure, NotThisFormat)
    assert read("geofeed", lay(tmp_path, "geofeed.csv", "# nothing\n")).failure is not None
    for reader in SHAPES:
        path = lay(tmp_path, "x.json", "[]")
        assert isinstance(read(reader, path).failure, NotThisFormat)


@pytest.mark.parametrize("name", ["geofeed", "aws_ip_ranges", "fastly_ip_list"])
def test_a_product_does_not_say_where_its_own_hosts_stand(name: str, tmp_path: Path) -> None:
    """Inside an archive such a list is somebody's who is judged."""
    import importlib

    path = lay(tmp_path, "geofeed.csv", GEOFEED)
    inside = Artefact("a.zip!/geofeed.csv", path, "sha256:" + "0" * 64, 1, "sha256:" + "1" * 64)
    with pytest.raises(Unreadable, match="inside an archive"):
        list(importlib.import_module(f"evenhand.readers.{name}").read(inside))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(reader=st.sampled_from(sorted(SHAPES)), odd=ANY, data=st.data())
def test_any_value_anywhere_is_a_defect_at_most(
    reader: str, odd: Any, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = json.loads(json.dumps(SHAPES[reader]))
    spot = said
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
            break
        spot = spot[key]
    spot[key] = odd
    path = lay(tmp_path_factory.mktemp("any"), "x.json", said)
    found = read(reader, path)
    assert {type(r).__name__ for r in found.rows} <= {"PublishedRange", "Defect"}
