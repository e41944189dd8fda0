/* Follows the progress of a preview, and shows it once it is done. */
(() => {
  const EVERY_MS = 1000;
  const place = document.getElementById("preview-progress");
  if (!place) return;
  const bar = document.getElementById("preview-bar");

  const look = async () => {
    try {
      const answer = await fetch(place.dataset.stateUrl);
      const job = await answer.json();
      bar.value = Math.round(100 * job.progress);
      if (answer.ok && job.state !== "running") {
        location.reload();
        return;
      }
    } catch {
      // The next look may find the server again.
    }
    setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
})();
