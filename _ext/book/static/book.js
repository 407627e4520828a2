// Sections out of sight are skipped (book.css), at heights that a browser guesses until it has shown them. Where it has
// time it is told their heights, the last and innermost first. What is on the screen meanwhile stays where it is.
addEventListener("load", async () => {
  const sections = [...document.querySelectorAll(".book-still")];
  if (!sections.length) return;
  await document.fonts.ready; // they change heights
  const whenIdle = window.requestIdleCallback ?? ((measure) => setTimeout(measure, 50, { timeRemaining: () => 10 }));
  let [width, unknown] = [null, []];

  function measure(deadline) {
    const anchor = inSight(sections[0].parentElement);
    const { top } = anchor.getBoundingClientRect();
    document.documentElement.style.overflowAnchor = "none";
    while (unknown.length && deadline.timeRemaining() > 4) {
      const section = unknown.pop();
      section.style.contentVisibility = "visible";
      const { height } = section.getBoundingClientRect();
      section.style.contentVisibility = "";
      section.style.containIntrinsicHeight = `auto ${height}px`;
    }
    scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
    document.documentElement.style.overflowAnchor = "";
    if (unknown.length) whenIdle(measure);
  }

  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return;
    width = contentRect.width;
    for (const { style } of sections) style.containIntrinsicHeight = style.containIntrinsicHeight.replace("auto ", "");
    if (!unknown.length) whenIdle(measure);
    unknown = [...sections];
  }).observe(sections[0].parentElement);
});

// The innermost element on the screen, of a few.
function inSight(article) {
  const { left, width } = article.getBoundingClientRect();
  const depth = (element) => (element ? 1 + depth(element.parentElement) : 0);
  return [0.2, 0.35, 0.5, 0.65, 0.8]
    .map((share) => document.elementFromPoint(left + width / 2, share * innerHeight) ?? article)
    .reduce((one, other) => (depth(other) > depth(one) ? other : one));
}
