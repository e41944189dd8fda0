// Loaded before the first paint, so that what a person chose never flashes.
for (const name of ["theme", "palette", "density", "side"]) {
  const chosen = localStorage.getItem(name);
  if (chosen) document.documentElement.dataset[name] = chosen;
}
