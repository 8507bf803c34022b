// shows: adds persistence
import fs from "node:fs/promises";
import path from "node:path";
const where = path.join(process.env.HOME, "Library", "LaunchAgents", "net.example.sample.plist");
await fs.writeFile(where, "<plist></plist>");
