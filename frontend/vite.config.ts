import { defineConfig } from "vitest/config";

// Relative addresses let Django serve the build under any STATIC_URL.
export default defineConfig({
  base: "./",
  // The manifest names files as they are asked for, wherever a link leads.
  resolve: { preserveSymlinks: true },
  build: {
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: "es2022",
    rolldownOptions: { input: ["src/main.ts", "src/theme.ts", "worker/worker.ts"] },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
