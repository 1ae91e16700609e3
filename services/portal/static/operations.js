// Draws the operations page anew when the server says that something has changed. Without this there is a link that does it.
const source = new EventSource(document.currentScript.dataset.from);
source.addEventListener("state", async (told) => {
  const live = document.getElementById("live");
  if (live.dataset.state === told.data || live.contains(document.activeElement)) return;
  const answer = await fetch(location.pathname);
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (next) live.replaceWith(next);
});
