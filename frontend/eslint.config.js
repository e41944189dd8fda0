import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: "error",
      complexity: ["error", 10],
      "max-lines": ["error", 300],
      // Numbers are shown everywhere; a template of one is clear.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  { files: ["*.js"], ...tseslint.configs.disableTypeChecked },
  { files: ["compress.js"], languageOptions: { globals: { URL: "readonly" } } },
);
