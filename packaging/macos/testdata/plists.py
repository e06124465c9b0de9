# Reads property lists back with another's parser: plists.py INFO SLICES FOLDER AGENT...
import os.path, plistlib, re, sys

_, info_path, slices, folder, *agents = sys.argv


def load(path):
    with open(path, "rb") as file:
        return plistlib.load(file)


def equal(what, got, want):
    if got != want:
        sys.exit(f"{what} is {got!r}, want {want!r}")


info = load(info_path)
for key, want in {
    "CFBundleIdentifier": "io.github.drawbridge_app.Drawbridge",
    "CFBundleExecutable": "drawbridge-tray",
    "CFBundlePackageType": "APPL",
    "CFBundleShortVersionString": "7.8.9",
    "CFBundleVersion": "7.8.9fc12",
    "DrawbridgeVersion": "7.8.9-rc.12",
    "CFBundleDevelopmentRegion": "en",
    "LSUIElement": True,
    "NSHighResolutionCapable": True,
    "NSHumanReadableCopyright": "© 2026 The Drawbridge authors",
}.items():
    equal(f"Info.plist: {key}", info.get(key), want)

icon = os.path.join(os.path.dirname(info_path), "Resources", info["CFBundleIconFile"] + ".icns")
if not os.path.exists(icon):
    sys.exit(f"Info.plist: CFBundleIconFile: there is no {icon}")
with open(slices) as file:
    oldest = set(re.findall(r"from macOS ([\d.]+),", file.read()))
equal("what the programs ask for", oldest, {info["LSMinimumSystemVersion"]})
languages = {os.path.splitext(name)[0] for name in os.listdir("assets/words") if name.endswith(".toml")}
equal("Info.plist: CFBundleLocalizations", set(info["CFBundleLocalizations"]), languages)

equal("entitlements.plist", load(folder + "/entitlements.plist"), {})
(component,) = load(folder + "/pkg/component.plist")
equal("component.plist: path", component["RootRelativeBundlePath"], "Applications/Drawbridge.app")
equal("component.plist: relocatable", component["BundleIsRelocatable"], False)

for path in agents:
    agent = load(path)
    if not agent["Label"].startswith(info["CFBundleIdentifier"]):
        sys.exit(f"{path}: Label is {agent['Label']}")
    equal(f"{path}: RunAtLoad", agent["RunAtLoad"], True)
    # What macOS names and shows in its settings, instead of a path.
    equal(f"{path}: AssociatedBundleIdentifiers", agent.get("AssociatedBundleIdentifiers"), info["CFBundleIdentifier"])
