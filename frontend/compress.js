/** Writes a .gz beside what the build made, for the server to send as it is. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FOLDER = new URL("dist/assets/", import.meta.url);

for (const name of readdirSync(FOLDER)) {
  if (!/\.(js|css)$/.test(name)) continue;
  const file = new URL(name, FOLDER);
  writeFileSync(new URL(`${name}.gz`, FOLDER), gzipSync(readFileSync(file), { level: 9 }));
}
