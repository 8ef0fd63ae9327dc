"""Check that a wheel holds every file of the package, the themes and the two commands: `python .ci/check_wheel.py WHEEL`."""

import subprocess
import sys
import zipfile


def main(path: str) -> None:
    """Exit with one line per fault, or say how many files there are."""
    tracked = subprocess.run(["git", "ls-files", "wzp_tui", "themes"], check=True, capture_output=True, text=True).stdout.split()
    wanted = {f"wzp_tui/{name}" if name.startswith("themes/") else name for name in tracked}
    with zipfile.ZipFile(path) as wheel:
        held = set(wheel.namelist())
        commands = next((wheel.read(name).decode() for name in held if name.endswith(".dist-info/entry_points.txt")), "")
    faults = [f"missing: {name}" for name in sorted(wanted - held)]
    faults += [f"not of the package: {name}" for name in sorted(held - wanted) if not name.partition("/")[0].endswith(".dist-info")]
    faults += [f"no such command: {name}" for name in ("wzp-tui", "wzp") if f"{name} = wzp_tui.cli:main" not in commands.splitlines()]
    faults += [f"none in the wheel: {kind}" for kind in (".sql", "themes/harbour.toml") if not any(n.endswith(kind) for n in held)]
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(held)} files, all there")


if __name__ == "__main__":
    main(*sys.argv[1:])
